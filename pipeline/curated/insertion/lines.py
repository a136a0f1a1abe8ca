"""Where lines begin and end in a file whose lines end in LF, CRLF or CR."""

import re

_MARK = b"\xef\xbb\xbf"
_ENDS = re.compile(rb"\r\n|\n|\r")


def line_start(data: bytes, place: int) -> int:
    """Return where the line of a place begins, behind a byte order mark."""
    start = max(data.rfind(b"\n", 0, place), data.rfind(b"\r", 0, place)) + 1
    return len(_MARK) if start == 0 and data.startswith(_MARK) else start


def line_end(data: bytes, place: int) -> int:
    """Return where the line of a place ends, before its line end."""
    found = _ENDS.search(data, place)
    return found.start() if found else len(data)


def line_end_at(data: bytes, place: int) -> str:
    """Return how lines end around a place."""
    before = data.rfind(b"\n", 0, place)
    near = _ENDS.search(data, place) or _ENDS.search(data, max(before - 1, 0))
    return near[0].decode() if near else "\n"


def normal(data: bytes) -> str:
    """Return text with every line end a newline."""
    return data.decode().replace("\r\n", "\n").replace("\r", "\n")
