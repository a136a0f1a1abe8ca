"""Suggest known names similar to a misspelt one."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str], *, most: int = 1, cutoff: float = 0.5) -> list[str]:
    """Return up to `most` known names, most similar first (difflib's ratio from `cutoff`)."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    found = get_close_matches(name.casefold(), by_folded, n=most, cutoff=cutoff)
    return [by_folded[folded] for folded in found]
