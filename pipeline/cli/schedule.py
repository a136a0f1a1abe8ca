"""`schedule`: the jobs and their times, or units that run them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from config.errors import LivingSurveyError, UsageError
from config.files import put_new, read_regular
from config.schema import Settings
from pipeline.cli.answer import Answer, Column, table
from pipeline.cli.command import Invocation, command
from pipeline.operate.schedule import Job, jobs, next_announcement, next_time
from pipeline.operate.units.files import UnitFile, as_one_text
from pipeline.operate.units.installation import SECRETS_FILE, Installation, installation_of
from pipeline.operate.units.kinds import Kind, units
from pipeline.runtime.jobs import JobEnd, job_ends
from pipeline.runtime.services import clock_of


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job, when it is due next, and how it ended last under `serve --schedule`."""

    job: str
    command: str
    next_at: datetime
    last: JobEnd | None


@dataclass(frozen=True, slots=True)
class ScheduleReport:
    """The jobs of the settings."""

    timezone: str
    #: arXiv's next announcement
    announcement: datetime
    jobs: tuple[JobRow, ...]


@dataclass(frozen=True, slots=True)
class UnitsReport:
    """Printed units."""

    kind: Kind
    files: tuple[UnitFile, ...]
    #: variables that the file of secrets must set
    secrets: tuple[str, ...]
    #: where the files were written
    written: tuple[Path, ...]


@command(
    "schedule",
    examples="""
    living-survey schedule
    living-survey schedule --print cron
    living-survey schedule --print cron --zone Europe/Berlin
    living-survey schedule --print systemd --into /etc/systemd/system
    living-survey schedule --print github-actions --into .github/workflows
    """,
)
def schedule(
    invocation: Invocation,
    kind: Annotated[
        Kind | None,
        typer.Option("--print", help="Print units of this kind.", show_default=False),
    ] = None,
    zone: Annotated[
        str,
        typer.Option(
            metavar="ZONE",
            help="The machine's zone, for a cron without CRON_TZ.",
            show_default=False,
        ),
    ] = "",
    into: Annotated[
        Path | None,
        typer.Option(
            metavar="DIRECTORY", help="Write the units there, over no file.", show_default=False
        ),
    ] = None,
) -> Answer:
    """List the jobs with their next times, or print units that run them.

    The units are for this installation: its paths, its settings file and the settings of this
    call's environment. Passwords are never printed; units read them from living-survey.env beside
    the settings, or from GitHub's secrets.
    """
    settings = invocation.settings
    now = clock_of(settings)()
    if kind is None:
        if zone or into:
            raise UsageError(
                "--zone and --into go with --print.",
                hint="Call `living-survey schedule --print cron`.",
            )
        return _listed(settings, now)
    if zone and kind is not Kind.CRON:
        raise UsageError(
            f"--zone is for cron; {kind} has the zone in its units.", hint="Leave it out."
        )
    installation = installation_of(settings, os.environ)
    files = units(kind, installation, zone=_zone(zone), now=now)
    written = _write(into, files) if into else ()
    report = UnitsReport(kind, files, installation.secrets, written)
    text = tuple(f"written    {path}" for path in written) or tuple(
        as_one_text(files).removesuffix("\n").split("\n")
    )
    return Answer(report, text, _notes(kind, settings, installation))


def _listed(settings: Settings, now: datetime) -> Answer:
    zone = ZoneInfo(settings.schedule.timezone)
    ends = {end.job: end for end in job_ends(settings.database.path)}
    rows = tuple(
        sorted(
            (_row(job, zone, now, ends.get(job.name)) for job in jobs(settings.schedule)),
            key=lambda row: row.next_at,
        )
    )
    announcement = next_announcement(now)
    report = ScheduleReport(settings.schedule.timezone, announcement, rows)
    columns = (Column("job"), Column("command"), Column("next"), Column("UTC"), Column("last"))
    cells = (
        (
            row.job,
            row.command,
            f"{row.next_at.astimezone(zone):%a %Y-%m-%d %H:%M}",
            f"{row.next_at:%a %H:%M}",
            f"{row.last.at:%Y-%m-%d %H:%M} {row.last.outcome}" if row.last else "",
        )
        for row in rows
    )
    return Answer(
        report,
        (
            f"arXiv announces next on {announcement:%a %Y-%m-%d %H:%M} in New York.",
            f"Times are those of {zone.key}; `last` is known of jobs of `serve --schedule`.",
            "",
            table(columns, cells),
            "",
            f"Units that run them: `living-survey schedule --print {'|'.join(Kind)}`.",
        ),
    )


def _row(job: Job, zone: ZoneInfo, now: datetime, last: JobEnd | None) -> JobRow:
    due = next_time(job.at, job.weekdays, zone, now).astimezone(UTC)
    return JobRow(job.name, " ".join(job.argv), due, last)


def _zone(name: str) -> ZoneInfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (OSError, LookupError, ValueError) as error:
        raise UsageError(
            f"There is no time zone {name!r}.", hint="Name one such as Europe/Berlin or UTC."
        ) from error


def _write(into: Path, files: Sequence[UnitFile]) -> tuple[Path, ...]:
    """Write the files, unless another content is there; return those that are there now."""
    paths = {into / file.name: file.text.encode() for file in files}
    for path, content in paths.items():
        if path.exists() and read_regular(path) != content:
            raise LivingSurveyError(
                f"{path} exists with another content.",
                hint="Nothing was written. Compare it with what `schedule --print` prints, then"
                " delete it or name another directory.",
            )
    for path, content in paths.items():
        if not path.exists():
            put_new(path, content)
    return tuple(paths)


def _notes(kind: Kind, settings: Settings, installation: Installation) -> tuple[str, ...]:
    notes = []
    if settings.now is not None:
        notes.append("LIVING_SURVEY_NOW is not in the units: their clock is the machine's.")
    if installation.secrets:
        names = ", ".join(installation.secrets)
        where = (
            f"Create secrets {names} in the repository's settings."
            if kind is Kind.GITHUB_ACTIONS
            else f"Write {names} into {installation.root / SECRETS_FILE}, one NAME='value' a line,"
            " and let only this user read it (chmod 600)."
        )
        notes.append(where)
    if kind is Kind.GITHUB_ACTIONS:
        outside = [
            str(path) for path in installation.paths if not path.is_relative_to(installation.root)
        ]
        if outside:
            notes.append(
                f"These paths of the settings are not in {installation.root}, so a workflow has no"
                f" such file: {', '.join(outside)}."
            )
    return tuple(f"living-survey: {note}" for note in notes)
