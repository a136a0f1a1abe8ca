"""The pages for everybody: subscribe, confirm, preferences, unsubscribe, suggest."""
