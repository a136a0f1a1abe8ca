"""Which known name somebody probably meant. Knows only strings; decides nothing."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str], *, most: int = 1, cutoff: float = 0.5) -> list[str]:
    """Return up to `most` of the known names, the likest first; empty if none is like it.

    `cutoff` is the least likeness: difflib's ratio, 0 to 1.
    """
    by_folded = {candidate.casefold(): candidate for candidate in known}
    found = get_close_matches(name.casefold(), by_folded, n=most, cutoff=cutoff)
    return [by_folded[folded] for folded in found]
