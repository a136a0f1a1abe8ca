"""Read the rulings that stand with the texts of their papers, again only when they changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.learn.documents import document_of
from pipeline.review.rulings.near import Precedent
from storage.rulings import Ruling
from storage.store import Store


@dataclass(frozen=True, slots=True)
class _Kept:
    last_event: int
    precedents: tuple[Precedent, ...]
    #: papers that were not held
    missing: tuple[str, ...]


class Precedents:
    """The rulings that stand, shared by all threads."""

    def __init__(self) -> None:
        self._kept = _Kept(0, (), ())

    def read(self, store: Store) -> tuple[Precedent, ...]:
        """Return the rulings with their texts; one small query unless they changed."""
        last, kept = store.rulings.last_event(), self._kept
        arrived = bool(kept.missing) and bool(store.papers.held(kept.missing))
        if last != kept.last_event or arrived:
            precedents = read_precedents(store)
            missing = tuple(one.ruling.arxiv_id for one in precedents if one.document is None)
            kept = self._kept = _Kept(last, precedents, missing)
        return kept.precedents


def read_precedents(store: Store) -> tuple[Precedent, ...]:
    """Return the rulings that stand with the present texts of their papers."""
    rulings = store.rulings.standing()
    papers = store.papers.get_many(one.arxiv_id for one in rulings) if rulings else {}
    return tuple(
        Precedent(
            one,
            document_of(papers[one.arxiv_id].paper) if one.arxiv_id in papers else None,
        )
        for one in rulings
    )


def by_section(precedents: Sequence[Precedent]) -> dict[str, tuple[Ruling, ...]]:
    """Return the approving rulings of each section, the latest first."""
    found: dict[str, tuple[Ruling, ...]] = {}
    for one in sorted(precedents, key=lambda each: each.ruling.ruled_at, reverse=True):
        for section in one.ruling.sections:
            found[section] = (*found.get(section, ()), one.ruling)
    return found
