"""Parse the curated Markdown list and bootstrap decisions from it."""
