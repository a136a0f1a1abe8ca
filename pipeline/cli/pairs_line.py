"""Say how many pairs of papers are perhaps the same work."""

from pipeline.runtime.plurals import counted


def pairs_line(pairs: int) -> tuple[str, ...]:
    """Return a line about the open pairs, or none."""
    if not pairs:
        return ()
    found = counted(pairs, "pair")
    return (f"doubles    {found}, perhaps the same work: `living-survey doubles`",)
