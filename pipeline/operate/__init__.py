"""Unattended running: set-up, schedule, status, diagnosis."""
