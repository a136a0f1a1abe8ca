"""Write what readers receive, from decisions only."""
