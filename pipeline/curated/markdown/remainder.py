"""Find what names a paper and ended in no entry and no aside, so that nothing is lost."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.curated.markdown.blocks import is_definition
from pipeline.curated.markdown.links import Occurrence
from pipeline.curated.markdown.source import Source
from pipeline.curated.types import Aside, AsideReason, Entry, Place, Span, UnreadableEntry

Item = Entry | UnreadableEntry | Aside


@dataclass(frozen=True, slots=True)
class Spans:
    """The items of one file by their places."""

    items: tuple[Item, ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, items: Iterable[Item]) -> "Spans":
        """Order items that do not overlap."""
        ordered = tuple(sorted(items, key=lambda one: one.span))
        return cls(ordered, tuple(one.span[0] for one in ordered))

    def at(self, span: Span) -> Item | None:
        """Return the item that a place belongs to."""
        number = bisect_right(self.starts, span[0]) - 1
        if number < 0 or self.items[number].span[1] <= span[0]:
            return None
        return self.items[number]


@dataclass(frozen=True, slots=True)
class Definitions:
    """Recognises the definitions of reference links that entries use (`[1]: https://...`)."""

    #: arXiv IDs and addresses of the entries
    used: frozenset[str]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Definitions":
        """Gather what the entries link to."""
        used: set[str | None] = set()
        for entry in entries:
            used |= {one.base for one in entry.arxiv_ids}
            used |= {entry.links.paper, *(link.url for link in entry.links.other)}
        return cls(frozenset(filter(None, used)))

    def use(self, named: Occurrence | Place) -> bool:
        """Say whether an entry links to what is named."""
        return (named.arxiv_id.base if named.arxiv_id else named.text) in self.used


def complete(
    source: Source,
    occurrences: Sequence[Occurrence],
    entries: Sequence[Entry],
    unreadable: Sequence[UnreadableEntry],
    asides: Sequence[Aside],
) -> list[Aside]:
    """Return asides for every occurrence that no item holds."""
    held = Spans.of((*entries, *unreadable, *(a for a in asides if not _is_inner(a))))
    inner = Spans.of(one for one in asides if _is_inner(one))
    definitions = Definitions.of(entries)
    found: dict[tuple[int, int, AsideReason], list[Occurrence]] = {}
    hidden_starts = [one.start for one in source.hidden]
    for occurrence in occurrences:
        number = bisect_right(hidden_starts, occurrence.start) - 1
        hidden = source.hidden[number] if number >= 0 else None
        if hidden is not None and occurrence.start < hidden.end:
            found.setdefault((hidden.start, hidden.end, hidden.reason), []).append(occurrence)
            continue
        span = source.span(occurrence.start, occurrence.end)
        item = held.at(span)
        if item is not None and holds(item, occurrence):
            continue
        if (within := inner.at(span)) is not None and holds(within, occurrence):
            continue
        start, end = source.line_start(occurrence.start), source.line_end(occurrence.end)
        if item is None and definitions.use(occurrence) and is_definition(source.text[start:end]):
            continue
        reason = AsideReason.MENTION if isinstance(item, Entry) else AsideReason.PROSE
        place = (start, end) if item is None else (occurrence.start, occurrence.end)
        found.setdefault((*place, reason), []).append(occurrence)
    return [_aside(source, *place, occurrences) for place, occurrences in found.items()]


def holds(item: Item, named: Occurrence | Place) -> bool:
    """Say whether an item accounts for what stands within its span."""
    if named.arxiv_id is None:
        return True
    return any(one.base == named.arxiv_id.base for one in item.arxiv_ids)


def _is_inner(aside: Aside) -> bool:
    return aside.reason is AsideReason.MENTION


def _aside(
    source: Source, start: int, end: int, reason: AsideReason, found: Sequence[Occurrence]
) -> Aside:
    ids = {one.arxiv_id.base: one.arxiv_id for one in found if one.arxiv_id}
    links = dict.fromkeys(one.text for one in found if one.arxiv_id is None)
    text = source.text[start:end].strip().partition("\n")[0]
    span = source.span(start, end)
    return Aside(
        source.file, source.line(start), text, reason, tuple(ids.values()), tuple(links), span
    )
