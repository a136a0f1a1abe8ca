"""What is known of the papers a list names: from the database, and from arXiv for the rest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.curated.agreement import Known
from pipeline.curated.types import AsideReason, CuratedList
from storage.store import Store
from storage.types import Paper

#: asides that may turn out to be an entry once arXiv's title is known
_MAYBE_ENTRIES = frozenset({AsideReason.MENTION, AsideReason.PROSE})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known, by arXiv ID."""

    known: Mapping[str, Known] = field(default_factory=dict)
    #: IDs that arXiv does not have or does not accept
    unknown: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()
    #: papers that have a title as written in the list: candidates, to be compared
    holders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def held_evidence(store: Store, ids: Iterable[str]) -> Evidence:
    """Return what the database knows of these papers."""
    held = store.papers.get_many(ids)
    former = store.titles.former(held)
    return evidence_of([stored.paper for stored in held.values()], former)


def evidence_of(
    papers: Iterable[Paper], former: Mapping[str, tuple[str, ...]] | None = None
) -> Evidence:
    """Return what the records of papers say."""
    known, withdrawn = {}, []
    for paper in papers:
        titles = (paper.title, *(former or {}).get(paper.arxiv_id, ()))
        known[paper.arxiv_id] = Known(titles, paper.authors)
        if paper.withdrawn:
            withdrawn.append(paper.arxiv_id)
    return Evidence(known, withdrawn=frozenset(withdrawn))


def joined(one: Evidence, other: Evidence) -> Evidence:
    """Return what both say; of a paper in both, what `other` says."""
    return Evidence(
        {**one.known, **other.known},
        one.unknown | other.unknown,
        one.withdrawn | other.withdrawn,
        {**one.holders, **other.holders},
    )


def ids_to_compare(curated: CuratedList) -> list[str]:
    """Return the IDs whose titles decide what the list says, each once, in file order."""
    items = (
        *curated.entries,
        *curated.unreadable,
        *(aside for aside in curated.asides if aside.reason in _MAYBE_ENTRIES),
    )
    places: dict[str, int] = {file.name: number for number, file in enumerate(curated.files)}
    ordered = sorted(items, key=lambda item: (places.get(item.file, 0), item.line))
    return list(dict.fromkeys(one.base for item in ordered for one in item.arxiv_ids))


def find_holders(store: Store, titles: Sequence[str]) -> Evidence:
    """Return the papers of the database that have these titles, and what is known of them."""
    holders = store.titles.holders(titles)
    found = held_evidence(store, dict.fromkeys(id_ for ids in holders.values() for id_ in ids))
    return Evidence(found.known, withdrawn=found.withdrawn, holders=holders)
