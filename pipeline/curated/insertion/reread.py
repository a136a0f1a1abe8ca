"""Read a changed part of a list again, to prove that the change says what it should."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.curated.agreement import Known, compare
from pipeline.curated.insertion.layout import Layout, PlacedHeading, Run
from pipeline.curated.insertion.lines import line_start
from pipeline.curated.insertion.types import NewPaper
from pipeline.curated.markdown.style import Style
from pipeline.curated.parse import parse_files, scan_file
from pipeline.curated.types import Entry, ListFile

#: entries read around a change
_AROUND = 2


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a file that is read alone: a section with the headings over it."""

    #: what stands over it in the file
    above: bytes
    start: int
    end: int
    below: bytes
    #: where it can check insertions
    checks_from: int
    checks_to: int

    def holds(self, offsets: Sequence[int]) -> bool:
        """Say whether it can check insertions at these places."""
        return all(self.checks_from <= offset <= self.checks_to for offset in offsets)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the changed part says of the papers."""

    #: whether every entry of before is as it was, in its order
    others_stay: bool
    entries: tuple[Entry, ...]


def find_windows(layout: Layout, over: PlacedHeading | None, run: Run | None) -> list[Window]:
    """Return the parts of a file that can be read alone to check a run, the narrowest first.

    They are a part of its section around each place, the section, and the file.
    """
    data = layout.data
    whole = Window(b"", 0, len(data), b"", 0, len(data))
    if over is None:
        return [whole]
    named = (f"[{label}]: {url}" for label, url in layout.definitions.items())
    below = ("\n\n" + "\n".join(named) + "\n" if layout.definitions else "").encode()
    lines = [data[line_start(data, one.span[0]) : one.span[1]] + b"\n\n" for one in over.path]
    first = line_start(data, over.heading.span[0])
    last = over.until
    if run is not None:
        first, last = min(first, run.extents[0].start), max(last, run.end)
    section = Window(b"".join(lines[:-1]), first, last, below, first, last)
    if run is None or run.block in {"row", "html"}:
        return [section, whole]
    return [*_narrow(run, b"".join(lines), below), section, whole]


def _narrow(run: Run, above: bytes, below: bytes) -> Iterator[Window]:
    extents = run.extents
    for size in (1, 4):
        for place in range(0, len(extents), size):
            first = extents[max(place - _AROUND, 0)].start
            ends = extents[min(place + size + _AROUND, len(extents)) - 1].end
            last_held = extents[place + size - 1].start if place + size <= len(extents) else run.end
            yield Window(above, first, ends, below, extents[place].start, last_held)


def reread(
    window: Window,
    changed: bytes,
    before: Sequence[Entry],
    papers: Sequence[NewPaper],
    style: Style,
    *,
    known: Mapping[str, Known] | None = None,
) -> Reading:
    """Read a window after a change.

    Args:
        window: the part of the file.
        changed: its new bytes, without what stands above and below.
        before: the file's entries in it before the change.
        papers: what was inserted.
        style: of the list's titles.
        known: the new papers, where their titles alone do not look like titles.
    """
    text = window.above + changed + window.below
    new_ids = {paper.arxiv_id for paper in papers}
    held = new_ids | {one.base for entry in before for one in entry.arxiv_ids}
    scanned = scan_file(ListFile("window", text), frozenset(held))
    (read,) = parse_files([scanned], known, style=style)
    old = [
        entry for entry in read.entries if not (entry.arxiv_id and entry.arxiv_id.base in new_ids)
    ]
    new = [entry for entry in read.entries if entry.arxiv_id and entry.arxiv_id.base in new_ids]
    stay = [said(entry) for entry in old] == [said(entry) for entry in before]
    return Reading(stay, tuple(new))


def said(entry: Entry) -> tuple[object, ...]:
    """Return what must stay of an entry."""
    return entry.full_title, entry.arxiv_ids, entry.date, entry.headings[-1:], entry.links.paper


def whole(entry: Entry) -> tuple[object, ...]:
    """Return what an entry says, wherever it stands."""
    return entry.full_title, entry.arxiv_ids, entry.date, entry.headings, entry.links, entry.tags


def is_read_back(
    entries: Sequence[Entry], paper: NewPaper, headings: Sequence[str], *, exactly: bool
) -> bool:
    """Say whether exactly one entry is the paper's, with its title, date and headings."""
    own = [one for one in entries if one.arxiv_id and one.arxiv_id.base == paper.arxiv_id]
    if len(own) != 1:
        return False
    (entry,) = own
    if _repeats_a_name(entry, paper):
        return False
    if tuple(entry.headings[-1:]) != tuple(headings[-1:]) or not _same_day(entry, paper):
        return False
    if paper.title in {entry.title, entry.full_title}:
        return True
    known = Known((paper.title,), paper.authors)
    return not exactly and compare((entry.full_title, *entry.readings), entry.authors, known).same


def _repeats_a_name(entry: Entry, paper: NewPaper) -> bool:
    """Say whether a form that names authors one by one names all of them at each place."""
    names = [name.strip(" .") for name in entry.authors if name.strip(" .") in paper.authors]
    return len(set(names)) < len(names) and len(set(paper.authors)) == len(paper.authors)


def _same_day(entry: Entry, paper: NewPaper) -> bool:
    if entry.date is None:
        return True
    day = entry.date
    same_month = (day.year, day.month) == (paper.day.year, paper.day.month)
    return same_month and day.day in {1, paper.day.day}
