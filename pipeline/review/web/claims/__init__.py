"""Who reads which paper just now, on the pages."""
