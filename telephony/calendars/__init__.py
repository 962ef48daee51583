"""Schedules and holidays as iCalendar files (RFC 5545), and back. No database, no clock."""
