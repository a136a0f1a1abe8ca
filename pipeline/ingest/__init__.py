"""From arXiv to stored papers."""
