"""Compute the geometry of the digest's bar charts."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

#: user units of the SVG, about CSS pixels on a phone
WIDTH = 320
_ROW = 26
_LABELS = 132
_COUNTS = 30
_LETTERS = 20  # of 13 px sans serif that fit into _LABELS; a wide (Chinese) letter counts twice


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart."""

    #: shortened if it is too long for its column
    name: str
    papers: int
    #: of the row's box, from the top
    y: int
    #: of the bar; the longest fills the space between label and count
    x: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A horizontal bar chart and its text alternative."""

    title: str
    text: str
    bars: tuple[Bar, ...]
    width: int
    height: int


def bar_chart(title: str, text: str, counts: Sequence[tuple[str, int]]) -> Chart:
    """Lay out one bar per (name, papers) in the order given; all charts share one width."""
    full = WIDTH - _LABELS - _COUNTS
    most = max((papers for _, papers in counts), default=1)
    bars = tuple(
        Bar(_shortened(name), papers, i * _ROW, _LABELS, max(2, full * papers // most), _ROW - 12)
        for i, (name, papers) in enumerate(counts)
    )
    return Chart(title, text, bars, WIDTH, max(1, len(bars)) * _ROW)


def _shortened(name: str) -> str:
    left = _LETTERS
    for i, character in enumerate(name):
        left -= 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
        if left < 0:
            return f"{name[: i - 1].rstrip()}\u2026"
    return name
