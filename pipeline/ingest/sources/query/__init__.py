"""arXiv's query API."""
