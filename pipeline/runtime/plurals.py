"""Numbers with their noun, for messages."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return the number with its noun: `1 paper`, `2 papers`, `0 entries`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
