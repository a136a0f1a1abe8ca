"""The accounts: decisions, deferred papers and the audit."""
