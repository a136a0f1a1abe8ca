"""One verdict on many papers, and papers about the same subject."""
