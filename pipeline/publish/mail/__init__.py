"""Send issues by mail, and account for every recipient."""
