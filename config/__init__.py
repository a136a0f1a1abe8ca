"""Settings and taxonomy, which the operator decides."""
