"""What readers receive. Reads decisions only."""
