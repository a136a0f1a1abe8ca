"""The inbox: corrections, doubles and incomplete records."""
