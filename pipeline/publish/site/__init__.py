"""The static site: pages that readers can also open from a disk."""
