"""Measure how reviewers agree with each other, with themselves, and with their own past."""
