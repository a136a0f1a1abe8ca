"""Import: store papers of the bulk snapshot, one batch in memory at a time.

The position in the file is stored in the same transaction as the papers, so that a killed import
resumes there. A file that was read to its end is read again from the start; nothing changes then.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from config.runtime_schema import RuntimeSettings
from pipeline.ingest.sources.snapshot.check import newest_submission, refuse_frozen
from pipeline.ingest.sources.snapshot.file import SnapshotFile
from pipeline.ingest.sources.snapshot.lines import SnapshotBatch, parse_lines
from pipeline.ingest.sources.snapshot.selection import Selection
from pipeline.runtime.blocks import map_blocks
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.harvests import Harvest
from storage.store import OpenStore
from storage.types import Paper, QuarantinedRecord, Source, UpsertCounts

#: Papers in one transaction: a third of DuckDB's row group of 122,880, because every checkpoint
#: compresses the table's last row group again.
BATCH = 40_960
#: Bytes read before the position is saved, also if few of the papers are wanted.
STRIDE = 256 << 20
#: Days before the newest paper from which a backfill should start, because records change after
#: the snapshot was made (arXiv advises two weeks for other mirrors).
OVERLAP_DAYS = 14
_MEGABYTE = 1_000_000
#: from which a file without a filter covers everything: the first day of OAI's records
_FIRST_DAY = date(2005, 9, 16)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import stored."""

    file: Path
    #: records read by this call, wanted or not
    records: int
    counts: UpsertCounts
    #: records outside the wanted categories and days
    unwanted: int
    quarantined: int
    #: the byte of the decompressed file where an earlier call stopped; 0 at a new start
    resumed_at: int
    #: approximate submission of the newest paper of the file
    newest_submitted_at: datetime
    #: the day to `backfill` from, for what arXiv changed since
    catch_up_from: date

    @property
    def totals(self) -> dict[str, int]:
        """What is counted in `runs`."""
        return {**asdict(self.counts), "quarantined": self.quarantined}


@dataclass(frozen=True, slots=True)
class _Position:
    """The cursor of a file."""

    #: bytes of the decompressed file that are stored
    offset: int
    #: ISO 8601
    newest: str
    done: bool = False


@dataclass(slots=True)
class _Batch:
    """Blocks that are read and not stored yet."""

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
    services: Services, run: Run, path: Path, *, selection: Selection, accept_old: bool = False
) -> ImportReport:
    """Store the selected papers of a snapshot file.

    Raises:
        UsageError: the file cannot be opened.
        SnapshotError: the file is not a snapshot, out of date, cut short or damaged.
        WorkersLostError: a worker ended by itself; what was stored before stays.
    """
    clock = services.clock
    file = SnapshotFile(path)
    cursor = f"import:{sha256(f'{file.identity} {selection}'.encode()).hexdigest()[:32]}"
    position = _saved(services.open_store, cursor)
    if position is None or position.done:
        position = _check(file, run, accept_old=accept_old, now=clock())
    resumed_at = position.offset
    show = _Megabytes(run, "MB imported", file, 0 if file.is_gzip else resumed_at)
    records, unwanted, quarantined, counts = 0, 0, 0, UpsertCounts()
    runtime = services.settings.runtime
    for batch in _batches(file, resumed_at, selection, runtime=runtime, clock=clock, show=show):
        position = replace(position, offset=batch.end)
        with services.open_store() as store, store.transaction():
            counts += store.papers.upsert(batch.papers, seen_at=clock())
            quarantined += store.quarantine.add(batch.malformed)
            store.cursors.save(cursor, json.dumps(asdict(position)), clock())
        records += batch.records
        unwanted += batch.unwanted
    newest = datetime.fromisoformat(position.newest)
    catch_up_from = newest.date() - timedelta(days=OVERLAP_DAYS)
    harvests = _harvests(services.settings.arxiv.sets, selection, catch_up_from, clock())
    with services.open_store() as store, store.transaction():
        store.cursors.save(cursor, json.dumps(asdict(replace(position, done=True))), clock())
        store.harvests.note(harvests)
    report = ImportReport(
        file=path,
        records=records,
        counts=counts,
        unwanted=unwanted,
        quarantined=quarantined,
        resumed_at=resumed_at,
        newest_submitted_at=newest,
        catch_up_from=catch_up_from,
    )
    run.count(**report.totals)
    return report


def _harvests(
    sets: Sequence[str], selection: Selection, catch_up_from: date, at: datetime
) -> list[Harvest]:
    """Return what the whole file covers: nothing if some set of the survey was not selected whole.

    A part of a set would begin the survey's coverage and leave the rest of its sets as a gap.
    """
    first, last = selection.from_day or _FIRST_DAY, catch_up_from - timedelta(days=1)
    # A set is an archive (`cs`, `cs:cs`, `physics:hep-th`) or, with three parts, a category.
    archives = {name.split(":")[-1] if name.count(":") < 2 else "" for name in sets}
    whole = not selection.categories or archives <= set(selection.categories)
    if not whole or selection.until_day or last < first:
        return []
    return [Harvest(name, first, last, at, source=Source.SNAPSHOT) for name in sets]


class _Megabytes:
    """Shows the position in a file as progress."""

    def __init__(self, run: Run, description: str, file: SnapshotFile, start: int = 0) -> None:
        self._advance = run.progress(description, file.size // _MEGABYTE)
        self._shown = 0
        self(start)

    def __call__(self, position: int) -> None:
        done = position // _MEGABYTE
        self._advance(done - self._shown)
        self._shown = done


def _saved(open_store: OpenStore, cursor: str) -> _Position | None:
    with open_store() as store:
        value = store.cursors.get(cursor)
    try:
        return None if value is None else _Position(**json.loads(value))
    except (TypeError, ValueError):  # saved by another version: start again
        return None


def _check(file: SnapshotFile, run: Run, *, accept_old: bool, now: datetime) -> _Position:
    newest = newest_submission(file, now=now, on_progress=_Megabytes(run, "MB checked", file))
    if not accept_old:
        refuse_frozen(file, newest, now=now)
    return _Position(0, newest.isoformat())


def _batches(
    file: SnapshotFile,
    start: int,
    selection: Selection,
    *,
    runtime: RuntimeSettings,
    clock: Callable[[], datetime],
    show: Callable[[int], None],
) -> Iterator[_Batch]:
    batch = _Batch(begin=start)
    read = _blocks(file, start, selection, clock)
    for (end, position, records), parsed in map_blocks(runtime, _parse, read):
        batch.papers.extend(parsed.papers)
        batch.malformed.extend(parsed.malformed)
        batch.records += records
        batch.unwanted += parsed.unwanted
        batch.end = end
        show(position)
        if batch.is_full:
            yield batch
            batch.papers.clear()  # the caller still refers to it while the next one is read
            batch = _Batch(begin=end)
    if batch.end:
        yield batch


def _blocks(
    file: SnapshotFile, start: int, selection: Selection, clock: Callable[[], datetime]
) -> Iterator[tuple[tuple[int, int, int], tuple[list[bytes], Selection, datetime]]]:
    """Yield where each block ends, how much was read, its records; and what parses it."""
    for block, position in file.blocks(start):
        lines = [line for line in block.lines if line.strip()]
        yield (block.end, position, len(lines)), (lines, selection, clock())


def _parse(lines: list[bytes], selection: Selection, at: datetime) -> SnapshotBatch:
    """Parse a block; called by a worker."""
    return parse_lines(lines, selection, at=at)
