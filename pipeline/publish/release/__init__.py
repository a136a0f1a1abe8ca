"""A release of the list: its papers, how to cite it, and what changed since the one before."""
