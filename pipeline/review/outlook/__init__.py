"""Tell how the queue develops, and plan what to read in a given time."""
