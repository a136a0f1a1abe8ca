"""Build, render and write the digest of an ISO week of approved papers."""
