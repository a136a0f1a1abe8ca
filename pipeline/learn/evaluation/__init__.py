"""Measure models on decisions later than their training, and report the figures."""
