"""arXiv's daily RSS and Atom feeds."""
