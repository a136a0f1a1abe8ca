"""Record executions of commands: one row for the start, one for the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.process import host_and_pid, is_alive, this_process
from storage.engine.session import Row, Session
from storage.errors import StorageError
from storage.types import RunRecord, RunStatus

_START = "INSERT INTO run_start VALUES ($seq, $run_id, $command, $started_at, $process)"
_END = """
INSERT INTO run_end
SELECT $run_id, $finished_at, $status,
       map(CAST($names AS VARCHAR[]), CAST($numbers AS BIGINT[])), $error
"""
_ARGV = "INSERT INTO run_words VALUES ($run_id, $argv)"
_VERSIONS = """
INSERT INTO run_versions
SELECT $run_id, map(CAST($names AS VARCHAR[]), CAST($versions AS VARCHAR[]))
"""
_DETAIL = """
INSERT INTO run_detail
SELECT $run_id, map(CAST($steps AS VARCHAR[]), CAST($seconds AS DOUBLE[])),
       CAST($corrected AS VARCHAR[])
"""
_COLUMNS = (
    "run_id, command, started_at, finished_at, status, counts, error, words, versions, seconds,"
    " corrected"
)
_UNFINISHED = """
SELECT run_id, process FROM run_start WHERE run_id NOT IN (SELECT run_id FROM run_end)
"""
_RECENT = f"""
SELECT {_COLUMNS}
FROM runs
WHERE coalesce(command = $command, true)
  AND coalesce(seq < (SELECT seq FROM run_start WHERE run_id = $after), true)
ORDER BY seq DESC
LIMIT $limit
"""  # noqa: S608  our own names
_NEWEST_ENDS = f"""
WITH newest AS (SELECT command, max(seq) AS seq FROM run_start GROUP BY command),
success AS (
    SELECT command, arg_max(started_at, seq) AS succeeded_at
    FROM run_start JOIN run_end USING (run_id)
    WHERE status = 'done'
    GROUP BY command
)
SELECT {_COLUMNS}, succeeded_at
FROM runs JOIN newest USING (command, seq) LEFT JOIN success USING (command)
ORDER BY command
"""  # noqa: S608  our own names
_LAST_SUCCESS = """
SELECT started_at FROM run_start JOIN run_end USING (run_id)
WHERE status = 'done'
ORDER BY seq DESC
LIMIT 1
"""
_RECENT_UNFINISHED = f"""
SELECT {_COLUMNS}
FROM runs
WHERE run_id NOT IN (SELECT run_id FROM run_end)
ORDER BY seq DESC
"""  # noqa: S608  our own names


@dataclass(frozen=True, slots=True)
class UnfinishedRun:
    """A run without an end, and the process that began it."""

    run: RunRecord
    host: str
    pid: int
    #: whether the process exists; true for other hosts
    is_alive: bool


class Runs:
    """The tables `run_start`, `run_words`, `run_versions`, `run_end` and `run_detail`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def start(
        self,
        command: str,
        started_at: datetime,
        argv: Sequence[str] = (),
        versions: Mapping[str, str] | None = None,
    ) -> str:
        """Record the start of a command and return the run's ID.

        Unfinished runs whose process no longer exists become interrupted.
        """
        with self._session.transaction():
            for run_id, process in self._session.rows(_UNFINISHED):
                if not is_alive(process):
                    self._end(
                        run_id,
                        finished_at=None,
                        status=RunStatus.INTERRUPTED,
                        counts={},
                        error="its process was killed",
                    )
            seq = self._session.number("SELECT coalesce(max(seq), 0) + 1 FROM run_start")
            stamp = to_utc(started_at)
            run_id = f"{stamp:%Y%m%dT%H%M%SZ}-{seq}"
            self._session.write(
                _START,
                {
                    "seq": seq,
                    "run_id": run_id,
                    "command": command,
                    "started_at": stamp,
                    "process": this_process(),
                },
            )
            if argv:
                self._session.write(_ARGV, {"run_id": run_id, "argv": list(argv)})
            if versions:
                self._session.write(
                    _VERSIONS,
                    {
                        "run_id": run_id,
                        "names": list(versions),
                        "versions": list(versions.values()),
                    },
                )
        return run_id

    def finish(
        self,
        run_id: str,
        *,
        finished_at: datetime,
        status: RunStatus,
        counts: Mapping[str, int],
        error: str | None = None,
        seconds: Mapping[str, float] | None = None,
        corrected: Sequence[str] = (),
    ) -> None:
        """Record how a run ended; raise StorageError if it is not unfinished."""
        with self._session.transaction():
            known = self._session.number(
                "SELECT count(*) FROM run_start WHERE run_id = $run_id"
                " AND run_id NOT IN (SELECT run_id FROM run_end)",
                {"run_id": run_id},
            )
            if not known:
                raise StorageError(f"There is no unfinished run {run_id}.")
            self._end(
                run_id,
                finished_at=to_utc(finished_at),
                status=status,
                counts=counts,
                error=error,
            )
            if seconds or corrected:
                took = dict(seconds or {})
                self._session.write(
                    _DETAIL,
                    {
                        "run_id": run_id,
                        "steps": list(took),
                        "seconds": list(took.values()),
                        "corrected": list(corrected),
                    },
                )

    def withdraw(self, run_id: str) -> None:
        """Forget an unfinished run that was refused before it did anything."""
        with self._session.transaction():
            for table in ("run_words", "run_versions", "run_start"):
                self._session.write(
                    f"DELETE FROM {table} WHERE run_id = $run_id"  # noqa: S608  our own names
                    " AND run_id NOT IN (SELECT run_id FROM run_end)",
                    {"run_id": run_id},
                )

    def last(self, command: str | None = None) -> RunRecord | None:
        """Return the newest run, optionally of a command."""
        found = self.recent(1, command)
        return found[0] if found else None

    def last_success(self) -> datetime | None:
        """Return when the newest run without an error started."""
        row = self._session.row(_LAST_SUCCESS)
        return None if row is None else from_utc(row[0])

    def first_started(self) -> datetime | None:
        """Return when the first run started; None: there was none."""
        row = self._session.row("SELECT min(started_at) FROM run_start")
        return None if row is None else from_utc(row[0])

    def recent(
        self, limit: int, command: str | None = None, *, after: str | None = None
    ) -> list[RunRecord]:
        """Return the newest runs, or those before the run `after`, newest first."""
        asked = {"limit": limit, "command": command, "after": after}
        return [_run(row) for row in self._session.rows(_RECENT, asked)]

    def newest_ends(self) -> list[tuple[RunRecord, datetime | None]]:
        """Return the newest run of each command, and when its newest success started."""
        return [(_run(row[:-1]), from_utc(row[-1])) for row in self._session.rows(_NEWEST_ENDS)]

    def unfinished(self) -> list[UnfinishedRun]:
        """Return the unfinished runs, newest first."""
        processes: dict[str, str] = dict(self._session.rows(_UNFINISHED))
        return [
            UnfinishedRun(
                run, *host_and_pid(processes[run.run_id]), is_alive(processes[run.run_id])
            )
            for run in map(_run, self._session.rows(_RECENT_UNFINISHED))
        ]

    def _end(
        self,
        run_id: str,
        *,
        finished_at: datetime | None,
        status: RunStatus,
        counts: Mapping[str, int],
        error: str | None,
    ) -> None:
        self._session.write(
            _END,
            {
                "run_id": run_id,
                "finished_at": finished_at,
                "status": status.value,
                "names": list(counts),
                "numbers": list(counts.values()),
                "error": error,
            },
        )


def _run(row: Row) -> RunRecord:
    run_id, command, started_at, finished_at, status, counts, error, *known = row
    words, versions, seconds, corrected = known
    return RunRecord(
        run_id=run_id,
        command=command,
        started_at=from_utc(started_at),
        finished_at=from_utc(finished_at),
        status=RunStatus(status),
        counts=dict(counts),
        error=error,
        words=tuple(words),
        versions=dict(versions),
        seconds=dict(seconds),
        corrected=tuple(corrected),
    )
