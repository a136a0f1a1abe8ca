"""Add up where every arXiv ID and link to a paper of a list ended."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.curated.account import Outcome, account
from pipeline.curated.types import CuratedList


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A block that names papers and is no entry."""

    file: str
    line: int
    text: str
    reason: str
    arxiv_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """The places of a list that name a paper, and what became of them."""

    #: distinct arXiv IDs
    ids: int
    #: IDs and links to papers; the sum of `outcomes` and `silent`
    places: int
    #: entry, no-id, unreadable, aside
    outcomes: Mapping[str, int]
    #: places in asides, by reason
    asides: Mapping[str, int]
    #: places that ended nowhere
    silent: int
    left_out: tuple[LeftOut, ...]


def tally(curated: CuratedList) -> Tally:
    """Return the sums over all files of a list."""
    found = account(curated)
    silent = found.totals[Outcome.NOWHERE]
    outcomes = {str(one): found.totals[one] for one in Outcome if one is not Outcome.NOWHERE}
    left_out = tuple(
        LeftOut(one.file, one.line, one.text, str(one.reason), tuple(i.base for i in one.arxiv_ids))
        for one in curated.asides
        if one.arxiv_ids or one.links
    )
    return Tally(
        ids=len(found.arxiv_ids),
        places=len(found.named),
        outcomes=outcomes,
        asides={str(reason): number for reason, number in found.asides.items()},
        silent=silent,
        left_out=left_out,
    )
