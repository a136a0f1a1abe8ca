"""Checks of what must be set up outside this program before mail arrives."""
