"""The taxonomy's life: checked, compared, changed with its decisions, drafted from a list."""
