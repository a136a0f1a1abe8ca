"""The page that says how far people agree."""
