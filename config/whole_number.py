"""Read a whole number that somebody else wrote."""

#: digits of the largest number that a database column holds
_DIGITS = 18


def whole_number(text: str, most: int | None = None) -> int | None:
    """Return the number of ASCII digits; None if the text is none, or it is above `most`."""
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        return None
    number = int(text)
    return number if most is None or number <= most else None
