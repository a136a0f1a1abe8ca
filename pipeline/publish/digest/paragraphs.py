"""Wrap text for a mail of plain text; wide (Chinese) letters count twice."""

import unicodedata

#: columns of a line
WIDTH = 72


def wrapped(text: str, *, first: str = "", rest: str = "") -> str:
    """Return one line of text in lines of at most `WIDTH` columns.

    Lines break at blanks and between wide letters. A word that is longer, such as an address, stays
    whole. `first` and `rest` begin the first and the other lines.
    """
    lines: list[str] = []
    line, used, indent = first, _columns(first), first
    for piece, blank in _pieces(text):
        size = _columns(piece)
        gap = 1 if blank and line != indent else 0
        if line != indent and used + gap + size > WIDTH:
            lines.append(line)
            line, used, indent, gap = rest, _columns(rest), rest, 0
        line += " " * gap + piece
        used += gap + size
    return "\n".join((*lines, line)).rstrip()


def _pieces(text: str) -> list[tuple[str, bool]]:
    """Return what no line break divides, and whether a blank precedes it."""
    pieces: list[tuple[str, bool]] = []
    for word in text.split():
        if word.isascii():
            pieces.append((word, True))
            continue
        start = 0
        for at in range(1, len(word)):
            if _divides(word[at - 1], word[at]):
                pieces.append((word[start:at], start == 0))
                start = at
        pieces.append((word[start:], start == 0))
    return pieces


def _divides(before: str, after: str) -> bool:
    """Say whether a line may break between two letters; no line begins with a closing mark."""
    if not (_is_wide(before) or _is_wide(after)):
        return False
    opens, closes = unicodedata.category(before), unicodedata.category(after)
    return opens not in {"Ps", "Pi"} and closes not in {"Pe", "Pf", "Po", "Mn"}


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in {"W", "F"}


def _columns(text: str) -> int:
    return len(text) if text.isascii() else len(text) + sum(map(_is_wide, text))


def columns(text: str, width: int) -> str:
    """Return text filled with blanks to a width in columns."""
    return text + " " * max(0, width - _columns(text))


def ruled(text: str, mark: str) -> str:
    """Return a heading and a line of marks below it, as long as the heading."""
    return f"{text}\n{mark * min(WIDTH, max(3, _columns(text)))}"
