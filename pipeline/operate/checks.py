"""Check what operation depends on: the disk, the database and the last runs."""

import shlex
from collections.abc import Collection, Iterator
from datetime import timedelta
from textwrap import shorten

from pipeline.ingest.ledger import WATCHED_DAYS
from pipeline.operate.disk import disk_room
from pipeline.operate.hanging import hanging_runs
from pipeline.runtime.findings import Finding
from pipeline.runtime.jobs import faults, job_ends
from pipeline.runtime.plurals import counted
from pipeline.runtime.record import TOO_EARLY
from pipeline.runtime.services import Services
from storage.types import RunRecord, RunStatus

#: characters of an error that are shown; `status` shows all of it
_LONGEST_ERROR = 200
#: papers with an invalid ID that are named
_MOST_NAMED = 5
#: commands whose arguments older `runs` did not keep, and that need some
_WITH_ARGUMENTS = frozenset({"add", "backfill", "bootstrap", "import"})


def checks(services: Services) -> Iterator[Finding]:
    """Yield what is wrong with the disk and the database.

    Raises:
        LivingSurveyError: the database cannot be read.
    """
    yield from _disk(services)
    with services.open_store() as store:
        broken = store.integrity.faults()
        invalid = store.invalid_ids.papers()
    for fault in broken:
        yield Finding(
            "database",
            f"{fault.what}: {fault.rows}.",
            "`living-survey doctor --repair` derives it again, and please report it."
            if fault.derived
            else "Keep the file and restore a backup (`living-survey restore FILE`; `living-survey"
            " backup` puts them into backups/ beside the database), and please report it.",
        )
    if invalid:
        named = ", ".join(f"{arxiv_id!r:.60}" for arxiv_id in invalid[:_MOST_NAMED])
        more = ", ..." if len(invalid) > _MOST_NAMED else ""
        yield Finding(
            "papers",
            f"{counted(len(invalid), 'paper has', 'papers have')} an ID that is no arXiv ID and"
            f" cannot be decided: {named}{more}.",
            "`living-survey quarantine collect` moves them into quarantine.",
        )


def check_jobs(services: Services) -> Iterator[Finding]:
    """Yield the scheduled jobs whose last end was no success; needs no database."""
    for end in faults(job_ends(services.settings.database.path)):
        yield Finding("schedule", end.sentence, end.remedy)


def check_runs(services: Services, *, reported: Collection[str]) -> Iterator[Finding]:
    """Yield runs that hang, and commands whose last execution failed.

    A failure whose error is `reported` already is left out.

    Raises:
        LivingSurveyError: the database cannot be read.
    """
    oldest = services.clock() - timedelta(days=WATCHED_DAYS)
    with services.open_store() as store:
        runs = store.runs.recent(50)
        living = {one.run.run_id for one in store.runs.unfinished() if one.is_alive}
        hanging = hanging_runs(
            store,
            services.clock(),
            run_deadline_seconds=services.settings.arxiv.run_deadline_seconds,
        )
    for one in hanging:
        yield Finding("runs", one.sentence, one.remedy)
    newest: dict[str, RunRecord] = {}
    for run in runs:
        newest.setdefault(run.command, run)
    for run in newest.values():
        if run.started_at < oldest or run.status is RunStatus.DONE:
            continue
        if run.run_id in living or (run.error and any(run.error in text for text in reported)):
            continue
        yield Finding(
            "runs",
            f"the last `{run.command}` ({run.started_at:%Y-%m-%d %H:%M} UTC) {_ended(run)}.",
            _again(run),
            wrong=TOO_EARLY not in run.counts,
        )


def _disk(services: Services) -> Iterator[Finding]:
    room = disk_room(services.settings)
    if room.free < room.needed:
        yield Finding("disk", room.sentence, room.remedy)


def _ended(run: RunRecord) -> str:
    if run.status is RunStatus.RUNNING:
        return "was interrupted without an error"
    if TOO_EARLY in run.counts:
        return f"came too early: {(run.error or '').rstrip('.')}"
    error = shorten((run.error or "").rstrip("."), _LONGEST_ERROR, placeholder=" [...]")
    return f"{run.status.value}: {error}" if error else run.status.value


def _again(run: RunRecord) -> str:
    if TOO_EARLY in run.counts:
        return f"`living-survey {run.command}` works once more is decided; nothing is broken."
    same = not run.words and run.command in _WITH_ARGUMENTS
    typed = len(run.words) > len(run.command.split())
    fix = "Fix the cause or the arguments" if same or typed else "Fix the cause"
    run_it = "Run" if run.status is RunStatus.RUNNING else f"{fix}, then run"
    argv = shlex.join(run.words) or run.command
    arguments = " with the same arguments" if same else ""
    return f"{run_it} `living-survey {argv}` again{arguments}: nothing is done twice."
