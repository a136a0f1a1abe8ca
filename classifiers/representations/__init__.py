"""Convert texts to numeric rows."""
