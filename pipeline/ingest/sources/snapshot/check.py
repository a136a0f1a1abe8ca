"""Validate the bulk snapshot file before import."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeGuard

from pipeline.ingest.sources.errors import MalformedRecordError
from pipeline.ingest.sources.snapshot.file import SnapshotError, SnapshotFile
from pipeline.ingest.sources.snapshot.lines import paper_from_line

#: arXiv renews its snapshot about weekly
OLDEST = timedelta(days=180)
KAGGLE = "https://www.kaggle.com/datasets/Cornell-University/arxiv"
_HEAD_LINES = 20
_SAMPLES = 512
_SAMPLE = 1 << 16
_NEW_COPY = f"Download the current one from {KAGGLE}."


def newest_submission(
    file: SnapshotFile, *, now: datetime, on_progress: Callable[[int], None] = lambda _: None
) -> datetime:
    """Return the approximate submission date of a snapshot's newest paper.

    A plain file is read at 512 positions only, because lines are in the order of IDs.

    Raises:
        SnapshotError: the lines have another shape, or the file is cut short or damaged.
    """
    newest = _newest_of_head(file, now)
    last = b""
    for line in _whole(file, on_progress) if _must_be_read(file) else _samples(file):
        last = line or last
        newest = max(newest, _submitted(line, now) or newest)
    if not last.rstrip().endswith(b"}"):
        raise SnapshotError(f"{file.path} ends in the middle of a record.", hint=_NEW_COPY)
    return newest


def refuse_frozen(file: SnapshotFile, newest: datetime, *, now: datetime) -> None:
    """Refuse a file whose newest paper is more than half a year old.

    Raises:
        SnapshotError: the file is too old.
    """
    age = now - newest
    if age > OLDEST:
        raise SnapshotError(
            f"{file.path} is out of date: its newest paper was submitted on {newest.date()},"
            f" {age.days} days ago.",
            hint=f"{_NEW_COPY} To import it anyway, add `--accept-old`.",
        )


def _newest_of_head(file: SnapshotFile, now: datetime) -> datetime:
    """Return the last submission among the first lines; refuse another shape."""
    with closing(file.blocks()) as blocks:
        block, _ = next(blocks, (None, 0))
    lines = list(
        islice((line for line in (block.lines if block else ()) if line.strip()), _HEAD_LINES)
    )
    if not lines:
        raise SnapshotError(f"{file.path} is empty.", hint=_NEW_COPY)
    found, reason = [], "no first version submitted before now"
    for line in lines:
        try:
            moment = paper_from_line(line).submitted_at
        except MalformedRecordError as error:
            reason = error.message
        else:
            found += [moment] if _is_past(moment, now) else []
    if not found:
        raise _foreign(file, lines[0], reason)
    return max(found)


def _foreign(file: SnapshotFile, line: bytes, reason: str) -> SnapshotError:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        fields = None
    if isinstance(fields, dict) and isinstance(fields.get("categories"), list):
        return SnapshotError(
            f"{file.path} has the shape of the copy frozen since August 2020 (categories"
            " as a list).",
            hint=_NEW_COPY,
        )
    return SnapshotError(
        f"{file.path} is not the bulk snapshot: its first lines cannot be read ({reason}).",
        hint=_NEW_COPY,
    )


def _must_be_read(file: SnapshotFile) -> bool:
    return file.is_compressed or file.size <= _SAMPLES * _SAMPLE


def _whole(file: SnapshotFile, on_progress: Callable[[int], None]) -> Iterator[bytes]:
    for block, position in file.blocks():
        on_progress(position)
        yield block.lines[0]
        yield _last(block.lines)


def _samples(file: SnapshotFile) -> Iterator[bytes]:
    step = file.size // _SAMPLES
    for start in (*range(step, file.size - _SAMPLE, step), file.size - _SAMPLE):
        with closing(file.blocks(start, length=_SAMPLE)) as blocks:
            lines = [line for block, _ in islice(blocks, 2) for line in block.lines]
        # The first line may be partial, except when it is the only one.
        yield lines[min(1, len(lines) - 1)]
    yield _last(lines)


def _last(lines: Iterable[bytes]) -> bytes:
    return next((line for line in reversed(tuple(lines)) if line.strip()), b"")


def _submitted(line: bytes, now: datetime) -> datetime | None:
    try:
        moment = paper_from_line(line).submitted_at
    except MalformedRecordError:
        return None
    return moment if _is_past(moment, now) else None


def _is_past(moment: datetime | None, now: datetime) -> TypeGuard[datetime]:
    return moment is not None and moment <= now + timedelta(days=1)
