"""The board: what waits for each person, and who is to read what."""
