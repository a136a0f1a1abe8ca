"""Unattended running: set-up, schedule, status, doctor."""
