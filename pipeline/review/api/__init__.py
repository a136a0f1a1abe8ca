"""The JSON API under `/api/v1`: the same rules and functions as the pages, opened by tokens."""
