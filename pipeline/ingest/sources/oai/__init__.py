"""arXiv's OAI-PMH interface."""
