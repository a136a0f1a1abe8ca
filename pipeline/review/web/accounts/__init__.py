"""Pages of accounts: the login, one's own account, and those of admins."""
