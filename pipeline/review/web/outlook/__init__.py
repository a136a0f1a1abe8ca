"""The pages that look ahead: queue health and the session planner."""
