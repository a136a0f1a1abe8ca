"""Find the runs of entries of a file: which section each is in, and what stands between entries."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.curated.insertion.extents import Extent, find_extents
from pipeline.curated.insertion.lines import normal
from pipeline.curated.types import CuratedList, Heading

_RULE = re.compile(r"[ \t]*(?:-{3,}|\*{3,}|_{3,})[ \t]*$", re.MULTILINE)
_DEFINITION = re.compile(
    rb"^[ \t]*\[(?P<label>[^\[\]\r\n]{1,300}+)\]:[ \t]*<?(?P<url>[^\s<>]++)", re.MULTILINE
)
_NUMBERED = re.compile(r"[ \t>]*\d{1,4}[.)][ \t]")


@dataclass(frozen=True, slots=True)
class Run:
    """Entries that follow each other under the same headings, in one kind of block."""

    headings: tuple[str, ...]
    extents: tuple[Extent, ...]

    @property
    def block(self) -> str:
        """Their kind of block."""
        return self.extents[0].block

    @property
    def end(self) -> int:
        """Where the last entry ends, in bytes."""
        return max(extent.end for extent in self.extents)

    @property
    def is_list_numbered(self) -> bool:
        """Say whether Markdown numbers the entries by itself."""
        return self.block == "item" and all(_NUMBERED.match(one.text) for one in self.extents)


@dataclass(frozen=True, slots=True)
class PlacedHeading:
    """A heading with those over it."""

    heading: Heading
    #: outermost first, itself included
    path: tuple[Heading, ...]
    #: where the next heading begins, or the file ends
    until: int

    @property
    def texts(self) -> tuple[str, ...]:
        """The words of the path."""
        return tuple(one.text for one in self.path)


@dataclass(frozen=True, slots=True)
class Layout:
    """One file of a list."""

    name: str
    data: bytes
    extents: tuple[Extent, ...]
    runs: tuple[Run, ...]
    headings: tuple[PlacedHeading, ...]
    definitions: dict[str, str]


def read_layout(curated: CuratedList, number: int) -> Layout:
    """Read the layout of one of the list's files."""
    file = curated.files[number]
    entries = sorted(
        (entry for entry in curated.entries if entry.file == file.name), key=lambda e: e.span
    )
    extents = find_extents(file.data, entries)
    headings = [one for one in curated.headings if one.file == file.name]
    definitions = {
        found["label"].decode().lower(): found["url"].decode()
        for found in _DEFINITION.finditer(file.data)
    }
    return Layout(
        file.name,
        file.data,
        extents,
        tuple(_runs(extents, headings)),
        tuple(_placed(headings, len(file.data))),
        definitions,
    )


def _runs(extents: Sequence[Extent], headings: Sequence[Heading]) -> Iterator[Run]:
    starts = sorted(one.span[0] for one in headings)
    open_: list[Extent] = []
    for extent in extents:
        if open_:
            last = open_[-1]
            divided = any(last.start < at < extent.start for at in starts)
            same = extent.entry.headings == last.entry.headings and extent.block == last.block
            if divided or not same:
                yield Run(last.entry.headings, tuple(open_))
                open_ = []
        open_.append(extent)
    if open_:
        yield Run(open_[-1].entry.headings, tuple(open_))


def _placed(headings: Sequence[Heading], size: int) -> Iterator[PlacedHeading]:
    path: list[Heading] = []
    for place, heading in enumerate(headings):
        path = [one for one in path if one.level < heading.level]
        path.append(heading)
        until = headings[place + 1].span[0] if place + 1 < len(headings) else size
        yield PlacedHeading(heading, tuple(path), until)


def common_gap(data: bytes, run: Run, others: Sequence[Run]) -> str:
    """Return what stands between the entries of a run, every line end a newline."""
    for runs in ([run], [one for one in others if one.block == run.block]):
        gaps = Counter(gap for one in runs for gap in _gaps(data, one))
        if gaps:
            return gaps.most_common(1)[0][0]
    return "\n" if run.block in {"row", "item", "html"} else "\n\n"


def _gaps(data: bytes, run: Run) -> Iterator[str]:
    for one, following in zip(run.extents, run.extents[1:], strict=False):
        text = normal(data[one.end : following.start])
        if "\n" in text and not _RULE.sub("", text).strip():
            yield text
