"""Score a corpus: give each unfinished partition to a worker, and say what failed.

A partition is done when its marker is there. A call that is killed leaves the markers of what is
done, and the next one goes on; both together leave the same bytes as one undisturbed call.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from config.errors import TryAgainLaterError
from config.locks import LockHeldError, file_lock
from pipeline.learn.corpus.attempts import Failure, score_all
from pipeline.learn.corpus.columns import Columns
from pipeline.learn.corpus.output import (
    MANIFEST,
    Done,
    Totals,
    as_head,
    begin,
    put_manifest,
    read_done,
    scores_path,
    totals_of,
)
from pipeline.learn.corpus.pace import left
from pipeline.learn.corpus.place import Place
from pipeline.learn.corpus.reading import partitions
from pipeline.learn.corpus.scoring import Job
from pipeline.learn.corpus.walk import FoundFile
from pipeline.runtime.record import Run, exclusive
from pipeline.runtime.services import Services

_log = logging.getLogger(__name__)

_LOCK = ".lock"
_MEGABYTE = 1_000_000


class OutputHeldError(TryAgainLaterError):
    """Another call writes to the same output."""


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """What an output holds after a call."""

    output: str
    model_id: str
    #: of all partitions that are done
    totals: Totals
    #: partitions that this call scored
    scored: int
    #: partitions that failed every time
    failed: tuple[Failure, ...] = ()
    #: files of the corpus that are no partitions
    passed_over: int = 0


def score_corpus(
    services: Services,
    run: Run,
    corpus: Place,
    output: Place,
    *,
    columns: Columns,
    candidates_from: int,
    monotonic: Callable[[], float] = time.monotonic,
) -> CorpusReport:
    """Score the partitions of a corpus that are not done yet.

    The database is not open meanwhile.

    Args:
        services: the model, the settings of the workers.
        run: counts and progress.
        corpus: a file, or a directory of files.
        output: a directory of its own.
        columns: of the corpus.
        candidates_from: in percent: the texts of works this likely are written too.
        monotonic: the clock of the progress.

    Raises:
        UsageError: there is no partition.
        ModelError: the model in use cannot be used.
        OutputError: the output was made from something else.
        OutputHeldError: another call writes to the output.
        TryAgainLaterError: the Dask scheduler cannot be reached.
    """
    files = corpus.files()
    found = partitions(corpus, files)
    current = services.models.check_current(services.taxonomy)
    head = as_head(
        corpus.address, current.model_id, services.taxonomy.fingerprint, columns, candidates_from
    )
    with _held(output, services):
        begin(output, head)
        _remove_unfinished(output)
        done = _standing(output, found)
        waiting = [file for file in found if file.path not in done]
        failed: Sequence[Failure] = ()
        if waiting:
            output.remove(MANIFEST)
            show = _Shown(run, waiting, monotonic)
            failed = score_all(
                services.settings.runtime,
                current.packed().load,
                Job(corpus, output, columns, candidates_from),
                waiting,
                show,
            )
            done |= show.parts
            _remove_unfinished(output)
        parts = [done[file.path] for file in found if file.path in done]
        if not failed:
            put_manifest(output, parts)
    report = CorpusReport(
        output=output.address,
        model_id=current.model_id,
        totals=totals_of(parts),
        scored=len(waiting) - len(failed),
        failed=tuple(failed),
        passed_over=len(files) - len(found),
    )
    run.count(partitions=report.scored, failed=len(failed), works=report.totals.works)
    if failed:
        run.error = f"{len(failed)} partitions failed, first {failed[0].partition}"
    return report


@contextmanager
def _held(output: Place, services: Services) -> Iterator[None]:
    """Be the only call that writes to the output.

    Object stores have no locks; there, calls of the same survey exclude each other.
    """
    if output.local is None:
        with exclusive(services.settings.database.path, "corpus"):
            yield
        return
    try:
        with file_lock(output.local / _LOCK, timeout_seconds=0, holder=str(os.getpid())):
            yield
    except LockHeldError as error:
        raise OutputHeldError(
            f"Another call writes to {output.address} (process {error.holder or 'unknown'}).",
            hint="Run the command again when it has ended; it goes on where that one stopped.",
        ) from None


def _remove_unfinished(output: Place) -> None:
    """Remove the files that killed workers left half written, of this machine only."""
    if output.local is not None:
        for part in output.local.rglob(".*.part"):
            part.unlink(missing_ok=True)


def _standing(output: Place, found: Sequence[FoundFile]) -> dict[str, Done]:
    """Return the markers of partitions as they are now, whose scores are there in full length."""
    sizes = {file.path: file.bytes for file in output.files()}
    markers = read_done(output)
    return {
        file.path: marker
        for file in found
        if (marker := markers.get(file.path)) is not None
        and marker.is_of(file)
        and sizes.get(scores_path(file.path)) == marker.scores_bytes
    }


class _Shown:
    """Keeps the partitions that are done; shows their bytes, and how much time is left."""

    def __init__(
        self, run: Run, waiting: Sequence[FoundFile], monotonic: Callable[[], float]
    ) -> None:
        self._sizes = {file.path: file.bytes for file in waiting}
        self._total = sum(self._sizes.values())
        self.parts: dict[str, Done] = {}
        self._done, self._shown = 0, 0
        self._monotonic, self._began = monotonic, monotonic()
        self._advance = run.progress("MB of the corpus scored", self._total // _MEGABYTE)

    def __call__(self, part: Done) -> None:
        self._done += self._sizes[part.partition]
        self.parts[part.partition] = part
        rest = left(self._done, self._total, self._monotonic() - self._began)
        said = f"{len(self.parts)} of {len(self._sizes)} partitions, {rest} (MB)"
        megabytes = self._done // _MEGABYTE
        self._advance.describe(said)
        self._advance(megabytes - self._shown)
        self._shown = megabytes
        fields = {"partition": part.partition, "works": part.works, "left": rest}
        _log.info("partition scored", extra=fields)
