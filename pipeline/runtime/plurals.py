"""Numbers with their noun, and the first of many names, for messages."""

from collections.abc import Collection

#: names that a sentence lists
NAMED = 5


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return the number with its noun: `1 paper`, `0 entries`, `5,099 papers`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def some_of(names: Collection[str], most: int = NAMED) -> str:
    """Return the first names in their order: `a, b and 3 more`."""
    rest = len(names) - most
    return ", ".join(list(names)[:most]) + (f" and {rest} more" if rest > 0 else "")
