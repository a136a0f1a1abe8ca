"""The page of papers on which two people differ."""
