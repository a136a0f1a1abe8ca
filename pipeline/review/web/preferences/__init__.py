"""What a reviewer prefers: keys, language and saved views."""
