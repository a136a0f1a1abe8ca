"""Text to numeric rows."""
