"""Machine translation of titles and abstracts."""
