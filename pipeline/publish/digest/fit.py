"""Shorten a page until it fits into a mail, and never without saying so.

Mail programs cut a message after about 100 kB. What is left out first: the links by which a paper
is corrected; then the sentences taken from abstracts; then the last papers of every group, the
longest groups first. Highlights, notes of persons, figures and headings stay.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

Shown = TypeVar("Shown")

#: bytes of UTF-8; Gmail hides what follows after 102 kB
MOST_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Cut:
    """What a page leaves out."""

    #: links by which a paper is corrected; the footer has one for all of them
    fixes: bool = False
    claims: bool = False
    #: papers of each group and list that are shown; None: all
    papers: int | None = None

    def shown(self, those: tuple[Shown, ...]) -> tuple[Shown, ...]:
        """Return the shown part of a group or list."""
        return those[: self.papers]

    def left_out(self, number: int) -> int:
        """Return how many of so many papers are not shown."""
        return 0 if self.papers is None else max(0, number - self.papers)


WHOLE = Cut()
NO_FIXES = Cut(fixes=True)
NO_CLAIMS = Cut(fixes=True, claims=True)


def fitting(render: Callable[[Cut], str], longest: int, most: int = MOST_BYTES) -> str:
    """Return the longest page that has at most so many bytes, else the shortest one.

    Args:
        render: makes the page without what a cut leaves out.
        longest: papers of the longest group or list.
        most: bytes of the page.
    """
    page = ""
    for cut in (WHOLE, NO_FIXES, NO_CLAIMS):
        page = render(cut)
        if _size(page) <= most:
            return page
    fits, too_many = 0, longest
    page = render(replace(NO_CLAIMS, papers=0))
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        tried = render(replace(NO_CLAIMS, papers=middle))
        if _size(tried) <= most:
            fits, page = middle, tried
        else:
            too_many = middle
    return page


def _size(page: str) -> int:
    return len(page.encode("utf-8"))
