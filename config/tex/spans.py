r"""Find mathematics in a line: `$...$`, `$$...$$`, `\(...\)`, `\[...\]`."""

import re

_MARK = re.compile(r"\\[()\[\]]|\\.|\$\$|\$", re.DOTALL)
_MATHEMATICS = re.compile(r"[\\^_{}=]")
_CLOSES = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}


def math_spans(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each formula with its delimiters, in linear time."""
    marks = [(m.start(), m.end(), m[0]) for m in _MARK.finditer(text)]
    following: dict[str, int] = {}
    closing: list[int | None] = [None] * len(marks)
    for number in range(len(marks) - 1, -1, -1):
        mark = marks[number][2]
        closing[number] = following.get(_CLOSES.get(mark, ""))
        following[mark] = number
        if mark == "$$":  # ends no formula that a single dollar opened
            following.pop("$", None)
    spans: list[tuple[int, int]] = []
    done = 0
    for (start, end, mark), closer in zip(marks, closing, strict=True):
        if closer is None or start < done or marks[closer][0] == end:
            continue
        if mark == "$" and _is_money(text, end, marks[closer][0]):
            continue
        done = marks[closer][1]
        spans.append((start, done))
    return spans


def _is_money(text: str, start: int, end: int) -> bool:
    """Say whether two dollars stand before amounts: `from $250 on average to $306`."""
    between = text[end - 1].isspace() or text[end + 1 : end + 2].isdecimal()
    return between and text[start].isdecimal() and not _MATHEMATICS.search(text, start, end)
