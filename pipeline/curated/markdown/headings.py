"""Track which headings stand over a block: Markdown, HTML, `<summary>` and bold lines.

A bold line stands one level below the heading above it, a summary without a heading of its own too.
"""

from dataclasses import dataclass

from config.when import says_when
from pipeline.curated.markdown.blocks import Kind
from pipeline.curated.markdown.reading import Reading
from pipeline.curated.markdown.regions import region_of
from pipeline.curated.types import AsideReason

_LOWEST = 6
#: the first level of topics, below the list's own title
_TOPICS = 2
#: how far below its topic a heading of the same level stands
_BELOW_TOPIC = 0.25


@dataclass(frozen=True, slots=True)
class Frame:
    """One heading of the path."""

    #: of its block
    place: int
    text: str
    #: 1 to 6 as written; behind the point what stands below without a level of its own
    rank: float
    region: AsideReason | None

    @property
    def level(self) -> int:
        """The level as a number from 1."""
        return int(self.rank) + (self.rank != int(self.rank))


def heading_text(reading: Reading) -> str:
    """Return a heading's text: of Markdown as written, of other forms as shown."""
    block = reading.block
    if not block.plain:
        shown = " ".join(reading.inline.words.split())
        return (
            shown.lstrip("-+* ").strip(" :\uff1a")
            if block.kind is Kind.ITEM
            else shown.strip(" :\uff1a")
        )
    text = reading.text.partition("\n")[0].strip()
    if not text.startswith("#"):
        return text
    text = text.lstrip("#").strip(" \t")
    bare = text.rstrip("#")
    return (bare if not bare or bare.endswith((" ", "\t")) else text).strip()


class HeadingPath:
    """The headings over the block that is read."""

    def __init__(self, *, deep_regions: bool) -> None:
        self._frames: list[Frame] = []
        #: frames when each open `<details>` began
        self._details: list[tuple[Frame, ...] | None] = []
        #: whether a region holds what stands below its sub-headings too
        self._deep = deep_regions

    @property
    def frames(self) -> tuple[Frame, ...]:
        """The path, outermost first."""
        return tuple(self._frames)

    @property
    def region(self) -> AsideReason | None:
        """Why what stands here is no entry, if so."""
        frames = self._frames if self._deep else self._frames[-1:]
        # A table of contents ends at the next heading of any level.
        over = [frame.region for frame in frames[:-1] if frame.region is not AsideReason.CONTENTS]
        return next(filter(None, (*over, *(frame.region for frame in frames[-1:]))), None)

    def push(self, place: int, reading: Reading) -> Frame:
        """Enter a section."""
        block = reading.block
        above = self._frames[-1].rank if self._frames else 0.0
        if block.level:
            rank = block.level + (_BELOW_TOPIC if self._says_when(place, reading) else 0.0)
        elif block.kind is Kind.SUMMARY:
            rank = min(above, _LOWEST) + 0.01
        else:
            rank = int(above) + 0.5
        self._frames = [frame for frame in self._frames if frame.rank < rank]
        text = heading_text(reading)
        frame = Frame(place, text, rank, region_of(text))
        self._frames.append(frame)
        return frame

    def _says_when(self, place: int, reading: Reading) -> bool:
        """Recognise `## 2024` right below `## Topic`, and `## 2023` after it."""
        level = reading.block.level
        last = self._frames[-1] if self._frames else None
        if last is None or level < _TOPICS or not says_when(heading_text(reading)):
            return False
        topic = next((frame for frame in self._frames if frame.rank == level), None)
        beside = [frame for frame in self._frames if frame.rank == level + _BELOW_TOPIC]
        above = last.place == place - 1 and not says_when(last.text)
        return topic is not None and (bool(beside) or (above and last is topic))

    def close(self, level: int) -> None:
        """Leave the sections that an entry written as a heading ends."""
        self._frames = [frame for frame in self._frames if frame.rank < level]

    def open_details(self, *, section: bool) -> None:
        """Enter `<details>`; a section ends with it."""
        self._details.append(self.frames if section else None)

    def end_details(self) -> None:
        """Leave `<details>`."""
        kept = self._details.pop() if self._details else None
        if kept is not None:
            self._frames = list(kept)

    @property
    def in_note(self) -> bool:
        """Say whether the text is hidden in `<details>` that are no section."""
        return bool(self._details) and self._details[-1] is None
