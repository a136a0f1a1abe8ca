"""arXiv's three interfaces as a server answers them; the replica and the hub share it."""
