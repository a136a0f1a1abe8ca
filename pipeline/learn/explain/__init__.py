"""Explain suggestions: score breakdowns and the most similar decided papers."""
