"""Ask the links of a list, politely, and remember how often each failed."""
