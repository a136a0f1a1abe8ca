"""The curated Markdown list: parse it, import it."""
