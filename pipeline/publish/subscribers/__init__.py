"""People who receive the digest by mail: opt-in, preferences, departure, import and export."""
