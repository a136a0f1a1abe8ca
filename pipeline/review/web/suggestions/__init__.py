"""The page of what people outside suggest."""
