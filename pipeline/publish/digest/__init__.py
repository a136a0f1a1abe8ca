"""One ISO week of approved papers: build (pure), render, write."""
