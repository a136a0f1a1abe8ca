"""Fetch from arXiv and parse every wire format into `Paper`."""
