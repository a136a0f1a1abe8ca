"""Several people at one queue: who reads what, and who is to read what."""
