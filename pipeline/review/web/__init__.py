"""The approval queue as web pages."""
