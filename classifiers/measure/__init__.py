"""Measures of a classifier: evaluation, simulation, drift, audit statistics."""
