"""Import: the bulk snapshot into the database, batch by batch. Asks nobody; holds one batch.

How far a file was read is stored in the same transaction as the papers, so that a killed import
goes on where it stopped. A file that was read to its end is read anew: nothing changes then.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from rich.progress import Progress

from pipeline.ingest.sources.snapshot.check import newest_submission, refuse_frozen
from pipeline.ingest.sources.snapshot.file import SnapshotFile
from pipeline.ingest.sources.snapshot.lines import parse_lines
from pipeline.ingest.sources.snapshot.selection import Selection
from storage.store import OpenStore
from storage.types import Paper, QuarantinedRecord, UpsertCounts

#: Papers in one transaction: a third of DuckDB's row group of 122,880, since every checkpoint
#: compresses the last row group of the table anew.
BATCH = 40_960
#: Bytes read before progress is saved though few of the papers are wanted.
STRIDE = 256 << 20
#: Days before the newest paper from which OAI is asked for what the snapshot has not: records
#: change after it was drawn (arxiv.org's own advice for other mirrors is two weeks).
OVERLAP_DAYS = 14
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did."""

    file: Path
    #: records read by this call, wanted or not
    records: int
    counts: UpsertCounts
    #: records outside of the categories and days asked for
    unwanted: int
    quarantined: int
    #: the byte of the decompressed file at which an earlier call had stopped, 0 for a fresh start
    resumed_at: int
    #: about when the last paper of the file was submitted
    newest_submitted_at: datetime
    #: the day to `backfill` from, for what arXiv changed since
    catch_up_from: date


@dataclass(frozen=True, slots=True)
class _Progress:
    """What the cursor of a file remembers."""

    #: bytes of the decompressed file that are stored
    offset: int
    #: ISO 8601
    newest: str
    done: bool = False


@dataclass(slots=True)
class _Batch:
    """Blocks read and not yet stored."""

    papers: list[Paper] = field(default_factory=list)
    malformed: list[QuarantinedRecord] = field(default_factory=list)
    records: int = 0
    unwanted: int = 0
    begin: int = 0
    end: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.papers) >= BATCH or self.end - self.begin >= STRIDE


def import_snapshot(
    path: Path,
    open_store: OpenStore,
    *,
    selection: Selection,
    accept_old: bool,
    clock: Callable[[], datetime],
    bars: Progress,
) -> ImportReport:
    """Bring what a selection wants of a snapshot in.

    Raises:
        UsageError: the file cannot be opened.
        SnapshotError: the file is foreign, out of date, cut short or damaged.
    """
    file = SnapshotFile(path)
    cursor = f"import:{sha256(f'{file.identity} {selection}'.encode()).hexdigest()[:32]}"
    progress = _saved(open_store, cursor)
    if progress is None or progress.done:
        progress = _check(file, accept_old=accept_old, clock=clock, bars=bars)
    resumed_at = progress.offset
    task = bars.add_task(
        "MB imported",
        total=file.size // _MEGABYTE,
        completed=0 if file.is_gzip else resumed_at // _MEGABYTE,
    )

    def advance(position: int) -> None:
        bars.update(task, completed=position // _MEGABYTE)

    records, unwanted, quarantined, counts = 0, 0, 0, UpsertCounts()
    for batch in _batches(file, resumed_at, selection, clock=clock, on_progress=advance):
        progress = replace(progress, offset=batch.end)
        with open_store() as store, store.transaction():
            counts += store.papers.upsert(batch.papers, seen_at=clock())
            quarantined += store.quarantine.add(batch.malformed)
            store.cursors.save(cursor, json.dumps(asdict(progress)), clock())
        records += batch.records
        unwanted += batch.unwanted
    with open_store() as store:
        store.cursors.save(cursor, json.dumps(asdict(replace(progress, done=True))), clock())
    newest = datetime.fromisoformat(progress.newest)
    return ImportReport(
        file=path,
        records=records,
        counts=counts,
        unwanted=unwanted,
        quarantined=quarantined,
        resumed_at=resumed_at,
        newest_submitted_at=newest,
        catch_up_from=newest.date() - timedelta(days=OVERLAP_DAYS),
    )


def _saved(open_store: OpenStore, cursor: str) -> _Progress | None:
    with open_store() as store:
        value = store.cursors.get(cursor)
    try:
        return None if value is None else _Progress(**json.loads(value))
    except (TypeError, ValueError):  # saved by another version of this program: start anew
        return None


def _check(
    file: SnapshotFile, *, accept_old: bool, clock: Callable[[], datetime], bars: Progress
) -> _Progress:
    task = bars.add_task("MB checked", total=file.size // _MEGABYTE)
    newest = newest_submission(
        file,
        now=clock(),
        on_progress=lambda position: bars.update(task, completed=position // _MEGABYTE),
    )
    bars.remove_task(task)
    if not accept_old:
        refuse_frozen(file, newest, now=clock())
    return _Progress(0, newest.isoformat())


def _batches(
    file: SnapshotFile,
    start: int,
    selection: Selection,
    *,
    clock: Callable[[], datetime],
    on_progress: Callable[[int], None],
) -> Iterator[_Batch]:
    batch = _Batch(begin=start)
    for block, position in file.blocks(start):
        lines = [line for line in block.lines if line.strip()]
        parsed = parse_lines(lines, selection, at=clock())
        batch.papers.extend(parsed.papers)
        batch.malformed.extend(parsed.malformed)
        batch.records += len(lines)
        batch.unwanted += parsed.unwanted
        batch.end = block.end
        on_progress(position)
        if batch.is_full:
            yield batch
            batch.papers.clear()  # the caller holds on to it while the next one is read
            batch = _Batch(begin=block.end)
    if batch.end:
        yield batch
