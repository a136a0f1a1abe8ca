"""Lists in other formats than Markdown."""
