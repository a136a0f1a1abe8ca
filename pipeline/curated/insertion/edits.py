"""Change parts of a list's files and leave every other byte."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.curated.types import ListFile


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes `start` to `end` of a file become `data`; an insertion has no length."""

    file: str
    start: int
    end: int
    data: bytes


def overlap(edits: Iterable[Edit], others: Iterable[Edit]) -> bool:
    """Say whether an edit removes what another one changes or stands in."""
    all_others = list(others)
    return any(
        (one.file == other.file and one.start < other.end and other.start < one.end)
        or (one.file == other.file and one.start < other.start < one.end)
        or (one.file == other.file and other.start < one.start < other.end)
        for one in edits for other in all_others
    )  # fmt: skip


def edited(file: ListFile, edits: Sequence[Edit]) -> bytes:
    """Return the bytes of a file after edits that do not overlap; at one place in their order."""
    pieces: list[bytes] = []
    place = 0
    for one in sorted((e for e in edits if e.file == file.name), key=lambda e: (e.start, e.end)):
        pieces += (file.data[place : one.start], one.data)
        place = one.end
    return b"".join((*pieces, file.data[place:]))
