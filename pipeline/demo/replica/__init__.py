"""A local arXiv on loopback: OAI-PMH, daily feeds and query API over JSONL records."""
