"""Decide whether what was built may be published."""
