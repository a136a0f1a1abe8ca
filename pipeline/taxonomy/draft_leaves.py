"""Find the places of a list that hold papers: its headings without titles and dates."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from config.headings import clean_heading, heading_key
from config.when import When, says_when
from pipeline.curated.markdown.links import without_links
from pipeline.curated.title import title_of
from pipeline.curated.types import AsideReason, CuratedList, Entry, UnreadableEntry
from pipeline.taxonomy.draft_labels import Labels
from pipeline.taxonomy.draft_names import without_numbers

_NO_LABELS = Labels(None, None, None, whole=False)
#: from the coarsest; a list that names years too is ordered by them
_FINENESS = (When.VENUE, *(when for when in When if when is not When.VENUE))


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands in the files."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A heading with papers of its own, or the whole list."""

    #: as written, without those that say when
    headings: tuple[str, ...]
    #: below the list's title, without numbers and emoji
    path: tuple[str, ...]
    #: the first heading in which leaves differ
    group: str
    titles: tuple[str, ...]
    #: headings above or below it that say when, without emoji
    dates: tuple[str, ...]
    by_date: When | None
    #: whether it is the whole list, so that its path is the list's name
    whole: bool
    labels: Labels = _NO_LABELS

    @property
    def has_labels(self) -> bool:
        """Whether its headings name labels of a known vocabulary."""
        return self.labels is not _NO_LABELS


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A heading whose entries carry no paper."""

    path: tuple[str, ...]
    entries: int


@dataclass(frozen=True, slots=True)
class Leaves:
    """All that a list's headings tell."""

    #: in the order of the list
    leaves: tuple[Leaf, ...]
    #: the list's name, if it has one
    title: str | None
    #: headings above all others, as written, one a file
    list_titles: tuple[str, ...]
    #: papers under no heading with words
    unplaced: tuple[Place, ...]
    left_out: tuple[LeftOut, ...]
    #: entries that are papers
    papers: int
    #: entries and resources that are none
    others: int


@dataclass(slots=True)
class _Found:
    headings: tuple[str, ...]
    titles: list[str] = field(default_factory=list)
    dates: dict[str, When] = field(default_factory=dict)
    papers: int = 0


@dataclass(frozen=True, slots=True)
class _Item:
    """An entry, or what could be one."""

    place: Place
    title: str
    #: as written, without those that say when
    headings: tuple[str, ...]
    dates: tuple[tuple[str, When], ...]
    #: the outermost heading if it does not say when
    outermost: str | None
    is_paper: bool


def find_leaves(curated: CuratedList, *, name: str) -> Leaves:
    """Return the headings with papers; `name` is the path of a list without a title."""
    items = _items(curated)
    titles = _titles(items)
    found: dict[tuple[str, ...], _Found] = {}
    unplaced = []
    for item in items:
        key = _below(item, titles)
        if key is None:
            if item.is_paper:
                unplaced.append(item)
            continue
        here = found.setdefault(key, _Found(item.headings))
        here.titles.append(item.title)
        here.papers += item.is_paper
        here.dates.update(item.dates)
    whole = found.get(())
    if whole is not None and whole.papers:  # a list of dates takes what is above them too
        whole.titles += [item.title for item in unplaced if not item.headings]
        unplaced = [item for item in unplaced if item.headings]
    list_titles = tuple(dict.fromkeys(filter(None, titles.values())))
    return Leaves(
        leaves=_leaves({key: one for key, one in found.items() if one.papers}, name),
        title=title_of(curated, [item.headings for item in items if item.is_paper])
        or next(map(clean_heading, list_titles), None),
        list_titles=list_titles,
        unplaced=tuple(item.place for item in unplaced),
        left_out=tuple(
            LeftOut(tuple(map(clean_heading, one.headings)), len(one.titles))
            for one in found.values()
            if not one.papers
        ),
        papers=sum(item.is_paper for item in items),
        others=sum(not item.is_paper for item in items)
        + sum(aside.reason is AsideReason.RESOURCE for aside in curated.asides),
    )


def _items(curated: CuratedList) -> list[_Item]:
    # Unreadable entries count too; `bootstrap` lists them.
    found: list[tuple[Entry | UnreadableEntry, str, bool]] = [
        (entry, entry.title, _names_paper(entry)) for entry in curated.entries
    ]
    found += [(item, without_links(item.text)[1], True) for item in curated.unreadable]
    order = {file.name: number for number, file in enumerate(curated.files)}
    found.sort(key=lambda one: (order[one[0].file], one[0].line))
    items = []
    for item, title, is_paper in found:
        said = [(heading, says_when(heading)) for heading in item.headings]
        items.append(
            _Item(
                Place(item.file, item.line),
                title,
                tuple(heading for heading, when in said if when is None),
                tuple((clean_heading(heading), when) for heading, when in said if when),
                next((heading for heading, when in said[:1] if when is None), None),
                is_paper,
            )
        )
    return items


def _names_paper(entry: Entry) -> bool:
    # A date alone may be that of a blog post.
    return bool(entry.arxiv_ids or entry.links.paper or entry.authors or entry.venue)


def _titles(items: Sequence[_Item]) -> dict[str, str | None]:
    """Return for each file the heading above all its papers, if it is not their only one."""
    by_file: defaultdict[str, list[_Item]] = defaultdict(list)
    for item in items:
        if item.is_paper and item.headings:
            by_file[item.place.file].append(item)
    titles: dict[str, str | None] = {}
    for file, own in by_file.items():
        first = {heading_key(item.outermost or "") for item in own}
        below = all(len(item.headings) > 1 or item.dates for item in own)
        titles[file] = own[0].outermost if len(first) == 1 and first != {""} and below else None
    while taken := _sections_named_as(titles, items):
        titles = {file: None if title in taken else title for file, title in titles.items()}
    return titles


def _sections_named_as(titles: Mapping[str, str | None], items: Sequence[_Item]) -> set[str]:
    """Return the titles that are the outermost heading of a section too."""
    below = {key[0] for item in items if (key := _below(item, titles))}
    return {title for title in titles.values() if title and heading_key(title) in below}


def _below(item: _Item, titles: Mapping[str, str | None]) -> tuple[str, ...] | None:
    """Return the key of an item's headings below the title, or None without headings."""
    key = tuple(map(heading_key, item.headings))
    if not all(key) or not (key or item.dates):
        return None
    title = titles.get(item.place.file)
    return key[1:] if key and title is not None and key[0] == heading_key(title) else key


def _leaves(found: dict[tuple[str, ...], _Found], name: str) -> tuple[Leaf, ...]:
    if not found:
        return ()
    shared = _shared(list(found))
    words = without_numbers(
        heading for key, one in found.items() for heading in one.headings[-len(key) :] if key
    )
    # Of headings that differ only in case or a number the first is taken everywhere.
    spelled: dict[str, str] = {}
    leaves = []
    for key, one in found.items():
        below = one.headings[-len(key) :] if key else ()
        path = tuple(spelled.setdefault(heading_key(h), words[h]) for h in below)
        path = path or tuple(map(clean_heading, one.headings)) or (name,)
        leaves.append(
            Leaf(
                headings=one.headings,
                path=path,
                group=path[min(shared, len(path) - 1)],
                titles=tuple(one.titles),
                dates=tuple(one.dates),
                by_date=max(one.dates.values(), key=_FINENESS.index, default=None),
                whole=not key,
            )
        )
    return tuple(leaves)


def _shared(keys: Sequence[tuple[str, ...]]) -> int:
    """Return how many headings stand over all; those with papers of their own do not divide."""
    within = [key for key in keys if any(other[: len(key)] != key for other in keys)]
    within = within if len(within) > 1 else list(keys)
    limit = min(map(len, within)) - 1
    shared = 0
    while shared < limit and len({key[shared] for key in within}) == 1:
        shared += 1
    return shared
