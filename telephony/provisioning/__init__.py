"""Desk phones fetch their configuration here: identify, authorise and render are three pure steps, without Django in
them.
"""
