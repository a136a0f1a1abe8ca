"""Ids of classifiers, without importing numpy: `status` and `queue` only need the id."""

from config.taxonomy import Taxonomy


def cue_words_id(taxonomy: Taxonomy) -> str:
    """Return the id under which predictions of the taxonomy's cue words are stored."""
    return f"cues-{taxonomy.fingerprint[:12]}"
