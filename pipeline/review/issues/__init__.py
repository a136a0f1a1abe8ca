"""Edit, build and approve the issue of a week."""
