"""Measures models on decisions later than all they learned from, and reports it."""
