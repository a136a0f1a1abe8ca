"""Make entries of the blocks that carry them, or say why they are none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from config.tex.text import plain_text
from pipeline.curated.agreement import Known
from pipeline.curated.markdown.assembly import Group
from pipeline.curated.markdown.candidates import Candidate, clean_title
from pipeline.curated.markdown.dates import parse_date
from pipeline.curated.markdown.evidence import Evidence, find_evidence
from pipeline.curated.markdown.fields import Fields, read_fields, split_tags
from pipeline.curated.markdown.inline import Mark
from pipeline.curated.markdown.inline_tokens import Style
from pipeline.curated.markdown.links import Captions, as_links, is_paper_caption, sort_links
from pipeline.curated.markdown.people import read_names, read_people
from pipeline.curated.markdown.reading import Reference
from pipeline.curated.markdown.source import Source
from pipeline.curated.markdown.states import Anchor, Judged, State
from pipeline.curated.markdown.style import Style as TitleStyle
from pipeline.curated.types import Entry, Link
from storage.arxiv_id import ArxivId

_CAPTIONS = Captions()
_READINGS = 6
_SHORT_NAME = 4
_NO_FIELDS = Fields(None, None, (), None, ())


@dataclass(frozen=True, slots=True)
class Context:
    """What all entries of a file share."""

    source: Source
    judged: Sequence[Judged]
    known: Mapping[str, Known]
    #: of the whole list
    style: TitleStyle


@dataclass(frozen=True, slots=True)
class Part:
    """One paper of a group, by characters of the file."""

    title: Candidate
    #: where the title's block begins
    base: int
    start: int
    end: int
    claims: tuple[Reference, ...]
    #: readings of the group's blocks that name the paper
    marks: tuple[tuple[int, Mark], ...]


def read_entries(group: Group, context: Context) -> Iterator[Entry]:
    """Yield the entries of a group with a title; several where it names several papers."""
    first = context.judged[group.blocks[0]]
    anchors = first.anchors or _of_title(first)
    if not anchors:
        return
    start, end = group_range(group, context)
    base = first.reading.block.start
    marks = tuple(_marks(group, context))
    claims = tuple(_claims(group, context))
    for number, anchor in enumerate(anchors):
        begins = start if number == 0 else base + anchor.title.start
        last = number == len(anchors) - 1
        ends = end if last else base + anchors[number + 1].title.start
        while ends > begins and context.source.shown[ends - 1] in " \t\n;,|-":
            ends -= 1
        own = (*anchor.claims, *(claims if last else ()))
        yield _entry(Part(anchor.title, base, begins, ends, own, marks), group, context)


def group_range(group: Group, context: Context) -> tuple[int, int]:
    """Return where a group begins, with its indentation, and ends."""
    blocks = [context.judged[place].reading.block for place in group.blocks]
    start, end = min(one.start for one in blocks), max(one.end for one in blocks)
    line = context.source.line_start(start)
    if not context.source.shown[line:start].strip():
        start = line
    return start, end


def _of_title(first: Judged) -> tuple[Anchor, ...]:
    return (Anchor(first.best, ()),) if first.best else ()


def _marks(group: Group, context: Context) -> Iterator[tuple[int, Mark]]:
    for place in group.blocks:
        reading = context.judged[place].reading
        for mark in reading.inline.links:
            yield reading.block.start, mark


def _claims(group: Group, context: Context) -> Iterator[Reference]:
    """Yield the links of the blocks below the title."""
    for place in group.blocks[1:]:
        one = context.judged[place]
        if one.state is not State.PROSE:
            mentions = set(one.mentions)
            yield from (ref for ref in one.reading.references if ref not in mentions)


def _entry(part: Part, group: Group, context: Context) -> Entry:
    source, first = context.source, context.judged[group.blocks[0]]
    links = _links(part)
    written = as_links(mark for _, mark in links)
    titled = _title_as_paper(part, links, written)
    sorted_links = sort_links(titled, _CAPTIONS)
    ids = _ids(part.claims, sorted_links.paper)
    nickname, tag, title = split_tags(part.title.text)
    title = plain_text(clean_title(title) if title != part.title.text else title)
    fields = _fields(part, links, first, context)
    words = " ".join(" ".join(context.judged[n].reading.inline.words for n in group.blocks).split())
    proven = _proven(words, ids, group, context)
    readings = tuple(_readings(title, part, first, proven, fields.authors))
    return Entry(
        file=source.file,
        title=title or part.title.text,
        headings=group.headings,
        date_text=fields.date_text,
        date=fields.date,
        authors=fields.authors,
        venue=tag or fields.venue,
        nickname=nickname,
        links=sorted_links,
        tags=fields.tags,
        arxiv_ids=ids,
        readings=readings,
        words=words,
        span=source.span(part.start, part.end),
        line=source.line(part.start),
        title_span=source.span(part.base + part.title.start, part.base + part.title.end),
    )


def _proven(
    words: str, ids: Sequence[ArxivId], group: Group, context: Context
) -> tuple[Evidence, ...]:
    """Return arXiv's titles of an entry's IDs that stand in its words."""
    if len(group.blocks) > 1:
        return find_evidence(words, [one.base for one in ids], context.known)
    of_block = {one.arxiv_id: one for one in context.judged[group.blocks[0]].evidence}
    return tuple(of_block[one.base] for one in ids if one.base in of_block)


def _links(part: Part) -> list[tuple[int, Mark]]:
    return [(base, mark) for base, mark in part.marks if part.start <= base + mark.start < part.end]


def _title_as_paper(
    part: Part, marks: Sequence[tuple[int, Mark]], links: tuple[Link, ...]
) -> tuple[Link, ...]:
    """Caption the link that leads to the paper, unless one is captioned so."""
    captions = {link.label.strip("[] ").lower() for link in links}
    if captions & _CAPTIONS.paper:
        return links
    start, end = part.base + part.title.start, part.base + part.title.end
    own = [
        as_links([mark]) for base, mark in marks
        if mark.style is Style.LINK and start <= base + mark.start and base + mark.end <= end
    ]  # fmt: skip
    chosen = own[0] if own and own[0] else None
    if chosen is None:
        claimed = {reference.url for reference in part.claims}
        chosen = tuple(
            link for link in links
            if link.url in claimed and link.label.lower() not in _CAPTIONS.citation
        )[:1]  # fmt: skip
    return tuple(Link("paper", link.url) if link in chosen else link for link in links)


def _ids(claims: Sequence[Reference], paper: str | None) -> tuple[ArxivId, ...]:
    """Return the IDs of the claims, the paper link's first."""
    ordered = sorted(claims, key=lambda one: one.url != paper)
    found: dict[str, ArxivId] = {}
    for one in ordered:
        if one.arxiv_id is not None:
            found.setdefault(one.arxiv_id.base, one.arxiv_id)
    return tuple(found.values())


def _fields(
    part: Part, marks: Sequence[tuple[int, Mark]], first: Judged, context: Context
) -> Fields:
    reading = first.reading
    if reading.columns is not None:
        cells, columns = reading.cells, reading.columns
        day = _cell(cells, columns.date)
        venue = _cell(cells, columns.venue)
        below = part.title.end - part.title.start  # authors may stand in the title's cell
        rest = reading.text[part.title.end :].partition("|")[0] if below else ""
        authors = read_people(f"\n{_cell(cells, columns.authors)}").authors
        loose = read_fields("", rest, "") if any(map(str.isalnum, rest)) else _NO_FIELDS
        return Fields(
            day or None, parse_date(day), authors or loose.authors, venue or loose.venue, ()
        )
    shown = context.source.shown
    start, end = part.base + part.title.start, part.base + part.title.end
    ranges = [(base + mark.start, base + mark.end) for base, mark in marks]
    head = _blank(shown[part.start : start], ranges, part.start)
    tail = _blank(shown[end : part.end], ranges, end)
    behind = [at for at, _ in ranges if at >= end]
    before_links = shown[end : behind[0]] if behind else shown[end : part.end]
    return read_fields(head, tail, before_links)


def _cell(cells: Sequence[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def _blank(text: str, ranges: Sequence[tuple[int, int]], offset: int) -> str:
    pieces: list[str] = []
    place = 0
    for first, last in sorted(ranges):
        start, end = max(first - offset, place), last - offset
        if end > place and start < len(text):
            pieces += (text[place:start], " ")
            place = end
    return "".join((*pieces, text[place:]))


def _readings(
    title: str,
    part: Part,
    first: Judged,
    proven: Sequence[Evidence],
    authors: Sequence[str],
) -> Iterator[str]:
    """Yield other possible titles, the likeliest first."""
    seen = {title}
    others = [one.title for one in proven if not one.proves(title)]
    others += [
        f"{one.text}: {title}"
        for one in first.ranked
        if one.start < part.title.start and len(one.text.split()) <= _SHORT_NAME
    ]
    others += [one.text for one in first.ranked]
    for text in others:
        if is_paper_caption(text) or set(read_names(text)) <= set(authors):
            continue
        if text not in seen and len(seen) <= _READINGS:
            seen.add(text)
            yield text
