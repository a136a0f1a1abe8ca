"""Insert the papers of one place in the list."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.curated.agreement import Known
from pipeline.curated.insertion.choice import Choice, Usual
from pipeline.curated.insertion.dates import Habits
from pipeline.curated.insertion.layout import Layout, Run, common_gap
from pipeline.curated.insertion.lines import line_end_at, normal
from pipeline.curated.insertion.numbers import next_number, place_by_number
from pipeline.curated.insertion.order import Order, find_place
from pipeline.curated.insertion.plain import plain_entry
from pipeline.curated.insertion.render import render
from pipeline.curated.insertion.reread import Window, find_windows, is_read_back, reread
from pipeline.curated.insertion.sites import NoSiteError, Site, opening_of
from pipeline.curated.insertion.types import NewPaper
from pipeline.curated.markdown.style import Style
from pipeline.curated.types import Entry

_FILLERS = frozenset({"", "-", "--", "\u2014", "\u2013", "n/a", "null", "none", "/", "x", "tbd"})


@dataclass(frozen=True, slots=True)
class Shared:
    """What all places of a list share."""

    layouts: tuple[Layout, ...]
    #: by file and kind of block
    usual: Mapping[tuple[str, str], Usual]
    habits: Habits
    style: Style
    order: Order


@dataclass(frozen=True, slots=True)
class Inserted:
    """What one paper adds to a file."""

    file: str
    #: in the file before
    offset: int
    data: bytes
    arxiv_id: str
    section: str


@dataclass(frozen=True, slots=True)
class _Task:
    """A paper of the place, with where it goes among the entries."""

    paper: NewPaper
    section: str
    place: int
    newest_first: bool


#: a paper with its lines
_Written = tuple[_Task, str]


def insert_at(
    site: Site, papers: Sequence[tuple[NewPaper, str]], shared: Shared
) -> tuple[list[Inserted], list[tuple[str, str, str]]]:
    """Return what is inserted, and (arXiv ID, section, reason) of what is refused."""
    try:
        writer = _PlaceWriter(site, shared)
    except NoSiteError as error:
        return [], [(paper.arxiv_id, section, str(error)) for paper, section in papers]
    tasks = sorted((writer.task(*one) for one in papers), key=_order)
    drafts = [(task, next(writer.forms(task, tasks), None)) for task in tasks]
    first = [(task, text) for task, text in drafts if text is not None]
    if len(first) == len(tasks) and writer.holds(first, tasks, exactly=True):
        return writer.inserted(first), []
    done: list[_Written] = []
    failed = []
    for task in tasks:
        text = writer.best(task, done, tasks)
        if text is None:
            reason = "no form of an entry reads back as this paper there"
            failed.append((task.paper.arxiv_id, task.section, reason))
        else:
            done.append((task, text))
    return writer.inserted(done), failed


def _order(task: _Task) -> tuple[int, int, str]:
    day = task.paper.day.toordinal()
    return task.place, -day if task.newest_first else day, task.paper.arxiv_id


class _PlaceWriter:
    """Writes and checks the entries of one place."""

    def __init__(self, site: Site, shared: Shared) -> None:
        self._site, self._shared = site, shared
        self._opening, self._closing = "", ""
        if site.run is not None:
            self._model = site.run
        else:
            self._model, self._opening, self._closing = opening_of(shared.layouts, site)
        layout = site.layout
        self._gap = common_gap(layout.data, self._model, layout.runs)
        self._filler = _filler(self._model)
        near = [one.place for one in site.run.extents] if site.run else []
        file = self._model.extents[0].entry.file
        self._choice = Choice(shared.usual[file, self._model.block], near)
        #: the narrowest first
        self._windows = find_windows(layout, site.heading, site.run)
        self._misread: dict[Window, bool] = {}

    def task(self, paper: NewPaper, section: str) -> _Task:
        run = self._site.run
        if run is None:
            return _Task(paper, section, 0, self._shared.order is not Order.OLDEST_FIRST)
        entries = [extent.entry for extent in run.extents]
        place, newest_first = find_place(entries, paper, self._shared.order)
        by_number = place_by_number(run)
        if by_number is not None:
            place, newest_first = by_number, by_number == 0
        return _Task(paper, section, place, newest_first)

    def forms(self, task: _Task, tasks: Sequence[_Task]) -> Iterator[str]:
        """Yield the lines of an entry in one form after the other, the best first."""
        run = self._model
        already = [one for one in tasks if one.place == task.place].index(task)
        if self._site.run is None:
            number: int | None = already + 1
        else:
            number = next_number(self._site.layout, run, task.place, already)
            number = number or len(run.extents) + already + 1  # where only some are numbered
        anchor = run.extents[min(task.place, len(run.extents) - 1)].place
        for template in self._choice.suiting(task.paper, anchor):
            text = render(
                template, task.paper, self._shared.habits, number=number, filler=self._filler
            )
            yield _indented(text, run)
        plain = plain_entry(run, task.paper, number)
        if plain:
            yield plain

    def best(self, task: _Task, done: Sequence[_Written], tasks: Sequence[_Task]) -> str | None:
        """Return the first form that reads back exactly, else one that means the paper."""
        second = None
        for text in self.forms(task, tasks):
            if self.holds([*done, (task, text)], tasks, exactly=True):
                return text
            if second is None and self.holds([*done, (task, text)], tasks, exactly=False):
                second = text
        return second

    def holds(self, written: Sequence[_Written], tasks: Sequence[_Task], *, exactly: bool) -> bool:
        """Say whether the place reads as before, and the new entries as their papers."""
        data, made = self._site.layout.data, self.inserted(written)
        window = next(w for w in self._windows if w.holds([one.offset for one in made]))
        pieces: list[bytes] = []
        place = window.start
        for one in made:
            pieces += (data[place : one.offset], one.data)
            place = one.offset
        changed = b"".join((*pieces, data[place : window.end]))
        papers = [task.paper for task, _ in written]
        before = self._entries(window)
        known = {one.arxiv_id: Known((one.title,), one.authors) for one in papers}
        style = self._shared.style
        read = reread(window, changed, before, papers, style, known=None if exactly else known)
        new = papers if exactly else papers[-1:]
        holds = read.others_stay and all(
            is_read_back(read.entries, paper, self._site.headings, exactly=exactly) for paper in new
        )
        if holds or not self._is_misread(window):
            return holds
        self._windows.remove(window)
        return self.holds(written, tasks, exactly=exactly)

    def _entries(self, window: Window) -> list[Entry]:
        entries = (one.entry for one in self._site.layout.extents)
        return [one for one in entries if window.start <= one.span[0] < window.end]

    def _is_misread(self, window: Window) -> bool:
        """Say whether a part of the file reads differently without the rest."""
        if window not in self._misread:
            alone = self._site.layout.data[window.start : window.end]
            before = self._entries(window)
            read = reread(window, alone, before, (), self._shared.style)
            self._misread[window] = not read.others_stay
        return self._misread[window] and len(self._windows) > 1

    def inserted(self, written: Sequence[_Written]) -> list[Inserted]:
        """Return the bytes of the entries with what divides them from their neighbours."""
        site, made = self._site, []
        ordered = sorted(written, key=lambda one: _order(one[0]))
        for number, (task, lines) in enumerate(ordered):
            if site.run is None:
                offset, text = self._below_heading(lines, number, last=number == len(ordered) - 1)
            elif task.place < len(site.run.extents):
                offset, text = site.run.extents[task.place].start, lines + self._gap
            else:
                offset, text = site.run.end, self._gap + lines
            end = line_end_at(site.layout.data, offset)
            data = text.replace("\n", end).encode()
            made.append(Inserted(site.layout.name, offset, data, task.paper.arxiv_id, task.section))
        return made

    def _below_heading(self, text: str, number: int, *, last: bool) -> tuple[int, str]:
        """Return where the first entries of a heading go, and their text."""
        site = self._site
        if site.new is not None:
            lead = f"{site.new.before}{site.new.text}{self._opening}" if number == 0 else self._gap
            return site.new.offset, f"{lead}{text}{self._closing + site.new.after if last else ''}"
        assert site.heading is not None
        data, start = site.layout.data, site.heading.heading.span[1]
        body = data[start : site.heading.until]
        rest = len(body) - len(body.lstrip())
        offset = start + len(body.rstrip())
        lead = self._opening if number == 0 else self._gap
        if number == 0 and body.strip():
            lead = "\n\n" + lead.lstrip("\n")
        tail = self._closing if last else ""
        following = normal(data[offset : offset + 4])
        if last and following and not following.startswith("\n\n") and rest < len(data) - start:
            tail += "\n" if following.startswith("\n") else "\n\n"
        return offset, f"{lead}{text}{tail}"


def _filler(run: Run) -> str:
    if run.block != "row":
        return ""
    cells = Counter(
        cell.strip() for extent in run.extents for cell in extent.text.strip().strip("|").split("|")
    )
    found = [(count, cell) for cell, count in cells.items() if cell.lower() in _FILLERS]
    return max(found)[1] if found else ""


def _indented(text: str, run: Run) -> str:
    """Return lines of another section with the indentation of this one."""
    wanted, own = _indent(run.extents[0].text), _indent(text)
    if wanted == own:
        return text
    return "\n".join(wanted + line.removeprefix(own) if line.strip() else line
                     for line in text.split("\n"))  # fmt: skip


def _indent(text: str) -> str:
    return text[: len(text) - len(text.lstrip(" \t"))]
