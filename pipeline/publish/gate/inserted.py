"""Find what a publication adds to a file, so that the hand-written rest is not judged."""

from collections import Counter
from collections.abc import Collection

#: how bytes that are no UTF-8 are kept in the text
_BYTES = "surrogateescape"


def inserted_text(before: bytes | None, after: bytes) -> str:
    """Return the lines of `after` that `before` does not have, in order.

    A line that is there more often than before counts as often as that. Bytes that are no UTF-8
    become lone surrogates.
    """
    if not before:
        return after.decode("utf-8", _BYTES)
    lines = after.decode("utf-8", _BYTES).splitlines(keepends=True)
    held = Counter(before.decode("utf-8", _BYTES).splitlines(keepends=True))
    added = []
    for line in lines:
        if held[line]:
            held[line] -= 1
        else:
            added.append(line)
    return "".join(added)


def without_lines(data: bytes, own: Collection[str]) -> bytes:
    """Return a content without the lines that are exactly one of `own`, blanks around aside."""
    lines = {line.encode() for line in own}
    return b"".join(line for line in data.splitlines(keepends=True) if line.strip() not in lines)
