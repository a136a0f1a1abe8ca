"""Score texts against the taxonomy."""
