"""Write the headings of a time that stands above topics: `## 2026`, and `### Boats` below it.

They are added to the list first, without entries. Papers are then inserted below them as below any
other heading, and each paper's insertion takes its part of the headings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from config.taxonomy import Taxonomy
from config.when import says_when
from pipeline.curated.insertion.dated import dated_as, fits, time_of
from pipeline.curated.insertion.edits import Edit
from pipeline.curated.insertion.layout import Layout, PlacedHeading
from pipeline.curated.insertion.lines import line_end_at, line_start, normal
from pipeline.curated.insertion.section import Inserted
from pipeline.curated.insertion.sites import is_of
from pipeline.curated.insertion.types import NewPaper
from pipeline.curated.types import Heading

#: between headings
_GAP = "\n\n"


@dataclass(frozen=True, slots=True)
class _Needed:
    """Headings that one paper needs."""

    #: where they go, in bytes
    offset: int
    #: before a heading; else behind an entry or heading
    in_front: bool
    #: which of two times, and of two topics, comes first
    rank: tuple[int, int]
    #: their lines: the time, unless the file has it, and the topics below it
    lines: tuple[str, ...]


def headings_needed(
    layouts: Sequence[Layout], taxonomy: Taxonomy, wanted: Sequence[tuple[NewPaper, str]]
) -> list[Edit]:
    """Return the headings that papers need as insertions, one a place, in order.

    Args:
        layouts: of the list's files.
        taxonomy: says which headings are which section.
        wanted: papers and the IDs of sections that have no heading for their days.
    """
    edits = []
    for layout in layouts:
        needed = [_needed(layout, taxonomy, *one) for one in wanted]
        ordered = sorted(
            dict.fromkeys(one for one in needed if one), key=lambda one: (one.offset, one.rank)
        )
        for offset, here in groupby(ordered, key=lambda one: one.offset):
            text = _text(list(here)).replace("\n", line_end_at(layout.data, offset))
            edits.append(Edit(layout.name, offset, offset, text.encode()))
    return edits


def joined_with(edits: Sequence[Edit], inserted: Sequence[Inserted]) -> list[Inserted]:
    """Return insertions into files with new headings as insertions into the files without them.

    Args:
        edits: the new headings, of which each has papers below.
        inserted: in the files that have them, in order.
    """
    made: list[Inserted] = []
    #: by heading: how many of its bytes are in an insertion, and in which one the last are
    given: dict[Edit, tuple[int, int]] = {}
    for (file, offset), group in groupby(inserted, key=lambda one: (one.file, one.offset)):
        here = list(group)
        above = [(edit, begin) for edit, begin in _begins(edits, file) if begin < offset]
        edit, begin = above[-1] if above else (None, 0)
        if edit is None or offset > begin + len(edit.data):
            shift = sum(len(one.data) for one, _ in above)
            made += (replace(one, offset=offset - shift) for one in here)
            continue
        done, _ = given.get(edit, (0, 0))
        lead = edit.data[done : offset - begin]
        made.append(replace(here[0], offset=edit.start, data=lead + here[0].data))
        made += (replace(one, offset=edit.start) for one in here[1:])
        given[edit] = offset - begin, len(made) - 1
    for edit, (done, last) in given.items():
        made[last] = replace(made[last], data=made[last].data + edit.data[done:])
    return made


def _begins(edits: Sequence[Edit], file: str) -> Iterator[tuple[Edit, int]]:
    """Yield the new headings of a file, and where they begin in the file that has them."""
    shift = 0
    for edit in edits:
        if edit.file == file:
            yield edit, edit.start + shift
            shift += len(edit.data)


def _needed(layout: Layout, taxonomy: Taxonomy, paper: NewPaper, section: str) -> _Needed | None:
    """Return the headings that a paper of a section needs; None where the file has no model."""
    models = [
        (when, depth, placed)
        for placed in layout.headings
        if is_of(taxonomy, placed.texts, section)
        for depth, text in enumerate(placed.texts[:-1])
        if says_when(text) and (when := time_of(text))
    ]
    if not models:
        return None
    _, depth, model = max(models, key=lambda one: one[0])
    times = [
        (when, one)
        for one in layout.headings
        if len(one.path) == depth + 1
        and one.texts[:depth] == model.texts[:depth]
        and says_when(one.texts[depth])
        and (when := time_of(one.texts[depth]))
    ]
    topics = model.path[depth + 1 :]
    there = next((one for _, one in times if fits(one.texts, paper)), None)
    if there is None:
        return _below_new_time(layout, times, topics, paper)
    while topics and (below := _child(layout, there, topics[0])):
        there, topics = below, topics[1:]
    if not topics:
        return None
    rank = (0, model.heading.span[0])
    return _Needed(_end(layout, there), False, rank, tuple(_line(layout, one) for one in topics))


def _below_new_time(
    layout: Layout,
    times: Sequence[tuple[tuple[int, int], PlacedHeading]],
    topics: Sequence[Heading],
    paper: NewPaper,
) -> _Needed | None:
    """Return a time that the file does not have, in the order of the others, with its topics."""
    day = (paper.day.year, paper.day.month)
    rises = times[0][0] < times[-1][0]
    behind = [one for when, one in times if (when > day if rises else when < day)]
    beside = behind[0] if behind else times[-1][1]
    time = dated_as(_line(layout, beside.heading), paper)
    if time is None:
        return None
    offset = line_start(layout.data, beside.heading.span[0]) if behind else _end(layout, beside)
    months = day[0] * 12 + day[1]
    rank = (months if rises else -months, topics[-1].span[0])
    return _Needed(offset, bool(behind), rank, (time, *(_line(layout, one) for one in topics)))


def _text(needed: Sequence[_Needed]) -> str:
    """Return the headings of one place; what two papers share is written once."""
    lines: list[str] = []
    before: tuple[str, ...] = ()
    for one in needed:
        same = next(
            (n for n, (a, b) in enumerate(zip(before, one.lines, strict=False)) if a != b),
            min(len(before), len(one.lines)),
        )
        lines += one.lines[same:]
        before = one.lines
    text = _GAP.join(lines)
    return text + _GAP if needed[0].in_front else _GAP + text


def _child(layout: Layout, over: PlacedHeading, topic: Heading) -> PlacedHeading | None:
    """Return a topic that stands right below a heading."""
    below = (one for one in layout.headings if one.path[:-1] == over.path)
    return next((one for one in below if one.heading.text == topic.text), None)


def _end(layout: Layout, placed: PlacedHeading) -> int:
    """Return where what stands below a heading ends, without blank lines."""
    following = (
        one.heading.span[0]
        for one in layout.headings
        if one.heading.span[0] > placed.heading.span[0] and placed.heading not in one.path
    )
    end = next(following, len(layout.data))
    start = placed.heading.span[0]
    return start + len(layout.data[start:end].rstrip())


def _line(layout: Layout, heading: Heading) -> str:
    start, end = heading.span
    return normal(layout.data[line_start(layout.data, start) : end])
