"""Define once how everything looks that people read: colours, fonts and sizes."""
