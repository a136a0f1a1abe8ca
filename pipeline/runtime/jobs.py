"""How the scheduled jobs of `serve --schedule` ended, in a small JSON file beside the database.

A file, because jobs also fail when the database or the settings cannot be read.
"""

import json
import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from textwrap import shorten
from typing import Any

from config.files import put_in_place
from pipeline.runtime.json_text import as_json

_log = logging.getLogger(__name__)

#: characters of a job's own message that are kept
_LONGEST_MESSAGE = 300


class Outcome(StrEnum):
    """How a job ended."""

    DONE = "done"
    #: with another exit status than 0, or it could not be started
    FAILED = "failed"
    #: its time passed while the machine slept or was busy
    MISSED = "was missed"
    #: it was due while its last start still ran
    SKIPPED = "was skipped"
    #: with the service
    STOPPED = "was stopped"


@dataclass(frozen=True, slots=True)
class JobEnd:
    """The last end of a job."""

    job: str
    #: what it calls: `run` or `digest`
    command: str
    outcome: Outcome
    at: datetime
    #: exit status; None: there was no process
    status: int | None = None
    message: str = ""

    @property
    def sentence(self) -> str:
        """What happened, for pages and commands."""
        status = f" with status {self.status}" if self.status else ""
        message = f": {self.message}" if self.message else "."
        when = f"{self.at:%Y-%m-%d %H:%M} UTC"
        return f"the scheduled {self.job} ({when}) {self.outcome}{status}{message}"

    @property
    def remedy(self) -> str:
        """What ends the report."""
        return (
            f"Fix the cause, then run `living-survey {self.command}`, or wait for the next time: "
            "nothing is done twice."
        )


def jobs_path(database: Path) -> Path:
    """Return the path of the file."""
    return database.with_name(database.name + ".jobs.json")


def job_ends(database: Path) -> tuple[JobEnd, ...]:
    """Return the last end of every job; none if there is no file or it cannot be read."""
    path = jobs_path(database)
    if not path.is_file():
        return ()
    try:
        return tuple(_end(row) for row in json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        _log.warning("record of jobs cannot be read", extra={"error": str(error)})
        return ()


def faults(ends: Iterable[JobEnd]) -> tuple[JobEnd, ...]:
    """Return the jobs whose last end was no success."""
    return tuple(end for end in ends if end.outcome is not Outcome.DONE)


def succeeded(database: Path, command: str) -> None:
    """Forget the faults of a command that was called by hand and succeeded."""
    ends = job_ends(database)
    kept = tuple(end for end in ends if end.command != command or end.outcome is Outcome.DONE)
    if kept != ends:
        with suppress(OSError):  # the fault is shown for longer
            _write(database, kept)


class JobBook:
    """Records ends; those that cannot be written are remembered until they can."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._unwritten: dict[str, JobEnd] = {}

    def record(self, end: JobEnd) -> None:
        """Record the end of a job in place of its last one."""
        self._unwritten[end.job] = end
        try:
            _write(self._database, self.ends())
        except OSError as error:
            _log.warning("record of jobs cannot be written", extra={"error": str(error)})
        else:
            self._unwritten.clear()

    def ends(self) -> tuple[JobEnd, ...]:
        """Return the last end of every job."""
        known = {end.job: end for end in job_ends(self._database)}
        return tuple({**known, **self._unwritten}.values())


def message_of(stderr: str) -> str:
    """Return the sentence in which a command said why it failed, as one short line."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    said = next((line for line in reversed(lines) if line.startswith("living-survey:")), "")
    text = said.removeprefix("living-survey:") or (lines[-1] if lines else "")
    printable = "".join(character if character.isprintable() else " " for character in text)
    return shorten(printable, _LONGEST_MESSAGE, placeholder=" [...]")


def _end(row: dict[str, Any]) -> JobEnd:
    status = row["status"]
    return JobEnd(
        job=str(row["job"]),
        command=str(row["command"]),
        outcome=Outcome(row["outcome"]),
        at=datetime.fromisoformat(row["at"]),
        status=None if status is None else int(status),
        message=str(row["message"]),
    )


def _write(database: Path, ends: Iterable[JobEnd]) -> None:
    put_in_place(jobs_path(database), as_json(list(ends)).encode())
