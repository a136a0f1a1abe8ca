r"""Find mathematics in a line: `$...$`, `$$...$$`, `\(...\)`, `\[...\]`."""

import re

_MARK = re.compile(r"\\[()\[\]]|\\.|\$\$|\$", re.DOTALL)
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
    for (start, end, _), closer in zip(marks, closing, strict=True):
        if closer is not None and start >= done and marks[closer][0] > end:
            done = marks[closer][1]
            spans.append((start, done))
    return spans
