"""Rules that reject or set aside without a person, after a replay, sampled, and undone as one."""
