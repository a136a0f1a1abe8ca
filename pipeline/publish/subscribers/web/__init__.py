"""The pages for subscribers: subscribe, confirm, preferences, unsubscribe."""
