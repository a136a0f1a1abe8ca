"""Feeds of approved papers and of issues, as Atom and JSON Feed."""
