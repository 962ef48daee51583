"""Reads of this app: what the loader needs, what pages and API show, what invoices add up."""
