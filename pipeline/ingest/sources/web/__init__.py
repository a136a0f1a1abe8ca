"""Requests to public pages that a list links to."""
