"""The editor's page: an issue of the digest is edited, built and approved."""
