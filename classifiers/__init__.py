"""Score texts against the taxonomy: cue words, trained models and their measurement."""
