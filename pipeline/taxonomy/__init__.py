"""Check, compare, migrate and draft taxonomies."""
