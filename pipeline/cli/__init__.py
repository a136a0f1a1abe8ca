"""What the command line offers, a file a group of commands."""
