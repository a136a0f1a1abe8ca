"""The page that offers decisions for a second look."""
