"""IDs of classifiers, without importing numpy."""

from config.taxonomy import Taxonomy


def cue_words_id(taxonomy: Taxonomy) -> str:
    """Return the model ID of the cue words of a taxonomy."""
    return f"cues-{taxonomy.fingerprint[:12]}"
