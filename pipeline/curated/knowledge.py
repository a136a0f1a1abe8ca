"""What is known of the papers a list names: from the database, and from arXiv for the rest."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.curated.agreement import Known
from pipeline.curated.types import Aside, AsideReason, CuratedList, Entry, UnreadableEntry
from storage.store import Store
from storage.types import Paper

#: asides that may turn out to be an entry once arXiv's title is known
_MAYBE_ENTRIES = frozenset({AsideReason.MENTION, AsideReason.PROSE})


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known, by arXiv ID."""

    known: Mapping[str, Known] = field(default_factory=dict)
    #: IDs that arXiv does not have or does not accept
    unknown: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()
    #: papers that have a title as written in the list: candidates, to be compared
    holders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def held_knowledge(store: Store, ids: Iterable[str]) -> Knowledge:
    """Return what the database knows of these papers."""
    held = store.papers.get_many(ids)
    former = store.titles.former(held)
    return knowledge_of([stored.paper for stored in held.values()], former)


def knowledge_of(
    papers: Iterable[Paper], former: Mapping[str, tuple[str, ...]] | None = None
) -> Knowledge:
    """Return what the records of papers say."""
    known, withdrawn = {}, []
    for paper in papers:
        titles = (paper.title, *(former or {}).get(paper.arxiv_id, ()))
        known[paper.arxiv_id] = Known(titles, paper.authors)
        if paper.withdrawn:
            withdrawn.append(paper.arxiv_id)
    return Knowledge(known, withdrawn=frozenset(withdrawn))


def joined(one: Knowledge, other: Knowledge) -> Knowledge:
    """Return what both say; of a paper in both, what `other` says."""
    return Knowledge(
        {**one.known, **other.known},
        one.unknown | other.unknown,
        one.withdrawn | other.withdrawn,
        {**one.holders, **other.holders},
    )


def ids_to_compare(curated: CuratedList) -> list[str]:
    """Return the IDs whose titles decide what the list says, each once, in file order."""
    items: tuple[Entry | UnreadableEntry | Aside, ...] = (
        *curated.entries,
        *curated.unreadable,
        *(aside for aside in curated.asides if aside.reason in _MAYBE_ENTRIES),
    )
    places: dict[str, int] = {file.name: number for number, file in enumerate(curated.files)}
    ordered = sorted(items, key=lambda item: (places.get(item.file, 0), item.line))
    return list(dict.fromkeys(one.base for item in ordered for one in item.arxiv_ids))


def find_holders(store: Store, papers: Iterable[Paper], titles: Sequence[str]) -> Knowledge:
    """Return who has these titles, and what is known of them.

    Args:
        store: with the papers held.
        papers: others, not stored yet.
        titles: as written in the list.
    """
    holders = store.titles.holders(titles)
    found = held_knowledge(store, dict.fromkeys(id_ for ids in holders.values() for id_ in ids))
    fresh: defaultdict[str, list[str]] = defaultdict(list)
    for paper in papers:
        for key in _keys(paper.title):
            fresh[key].append(paper.arxiv_id)
    for title in titles:
        more = (id_ for key in _keys(title) for id_ in fresh.get(key, ()))
        if ids := tuple(dict.fromkeys((*holders.get(title, ()), *more))):
            holders[title] = ids
    return replace(found, holders=holders)


def _keys(title: str) -> Iterator[str]:
    """Yield the letters and digits of a title, with and without what stands before a colon."""
    for part in {title, title.partition(":")[2]}:
        plain = unicodedata.normalize("NFKD", part).casefold()
        if key := "".join(filter(str.isalnum, plain)):
            yield key
