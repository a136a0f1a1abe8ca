"""Suggestions from outside: read them, store them, look their papers up, say how they stand."""
