"""Find papers that stand in the list already, by ID or, where the ID is wrong, by title."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.curated.agreement import Kind, Known, compare
from pipeline.curated.insertion.types import NewPaper
from pipeline.curated.types import CuratedList, Entry

_WORD = re.compile(r"[^\W_]{3,}")
#: share of the shorter title's words that both have, before titles are compared
_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Listed:
    """A paper that the list names already."""

    arxiv_id: str
    file: str
    line: int
    #: None: named outside the entries, such as in a comment
    entry: Entry | None
    #: the entry has the paper's title and another ID
    by_title: bool = False


def find_listed(
    curated: CuratedList, papers: Sequence[NewPaper], known: Mapping[str, Known]
) -> dict[str, Listed]:
    """Return what the list names already, by ID.

    Args:
        curated: the list.
        papers: the new ones.
        known: titles and authors of papers by ID, so that an entry whose ID is right is not taken
            for another paper of the same title.
    """
    found = dict(_by_id(curated))
    wanted = [paper for paper in papers if paper.arxiv_id not in found]
    by_word: dict[str, list[Entry]] = defaultdict(list)
    for entry in curated.entries:
        for word in _words(entry):
            by_word[word].append(entry)
    listed = {paper.arxiv_id: found[paper.arxiv_id] for paper in papers if paper.arxiv_id in found}
    for paper in wanted:
        same = _same(paper, by_word, known)
        if same is not None:
            listed[paper.arxiv_id] = Listed(
                paper.arxiv_id, same.file, same.line, same, by_title=True
            )
    return listed


def _by_id(curated: CuratedList) -> Iterator[tuple[str, Listed]]:
    for place in curated.places:
        if place.arxiv_id:
            base = place.arxiv_id.base
            yield base, Listed(base, place.file, place.line, None)
    for fault in curated.unreadable:
        for one in fault.arxiv_ids:
            yield one.base, Listed(one.base, fault.file, fault.line, None)
    for entry in curated.entries:
        for one in entry.arxiv_ids:
            yield one.base, Listed(one.base, entry.file, entry.line, entry)


def _words(entry: Entry) -> set[str]:
    return set(_WORD.findall(" ".join((entry.full_title, *entry.readings)).lower()))


def _same(
    paper: NewPaper, by_word: Mapping[str, Sequence[Entry]], known: Mapping[str, Known]
) -> Entry | None:
    words = set(_WORD.findall(paper.title.lower()))
    shared: dict[int, tuple[int, Entry]] = {}
    for word in words:
        for entry in by_word.get(word, ()):
            count = shared.get(id(entry), (0, entry))[0]
            shared[id(entry)] = (count + 1, entry)
    right = Known((paper.title,), paper.authors)
    for count, entry in sorted(shared.values(), key=lambda one: -one[0]):
        fewest = min(len(words), len(set(_WORD.findall(entry.full_title.lower())))) or 1
        if count < _ALIKE * fewest:
            continue
        titles = (entry.full_title, *entry.readings)
        if compare(titles, entry.authors, right).kind is Kind.SAME and not _is_right(entry, known):
            return entry
    return None


def _is_right(entry: Entry, known: Mapping[str, Known]) -> bool:
    """Say whether an entry's ID is that of its own title."""
    titles = (entry.full_title, *entry.readings)
    return any(
        compare(titles, entry.authors, known[one.base]).same
        for one in entry.arxiv_ids
        if one.base in known
    )
