"""The steps in which a Markdown file is read, from its bytes to entries and asides."""
