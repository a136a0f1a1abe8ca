"""Read a whole number that somebody else wrote."""

#: the largest numbers of the columns BIGINT and UBIGINT
BIGINT, UBIGINT = 2**63 - 1, 2**64 - 1
_DIGITS = len(str(UBIGINT))


def whole_number(text: str, most: int = BIGINT) -> int | None:
    """Return the number of ASCII digits; None if the text is none, or it is above `most`."""
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        return None
    number = int(text)
    return number if number <= most else None
