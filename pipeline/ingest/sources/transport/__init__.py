"""HTTP to arXiv: client, rate limiter, archive of responses."""
