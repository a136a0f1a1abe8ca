"""Optional facts about a paper."""
