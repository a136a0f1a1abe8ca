"""The curated Markdown list: parse it, seed from it."""
