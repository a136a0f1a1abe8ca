"""The rulings: their page, and what a decision contradicts."""
