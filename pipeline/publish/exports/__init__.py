"""Approved papers in the formats of reference managers and of data tools."""
