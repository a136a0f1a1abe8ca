"""arXiv's bulk metadata file."""
