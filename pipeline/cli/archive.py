"""`archive`: the raw responses of arXiv that are kept, packed and deleted by policy."""

from dataclasses import dataclass
from datetime import UTC
from typing import Annotated

import typer

from config.schema import Settings
from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.ingest.tidy import ArchiveReport, Tidied, look, tidy
from pipeline.runtime.clock import check_clock
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import check_database, open_services


@dataclass(frozen=True, slots=True)
class ArchiveAnswer:
    """The archive after this call."""

    archive: ArchiveReport
    #: None: it was only looked at
    tidied: Tidied | None


@command(
    "archive",
    examples="""
    living-survey archive
    living-survey archive --tidy
    """,
)
def archive(
    invocation: Invocation,
    *,
    tidying: Annotated[
        bool, typer.Option("--tidy", help="Pack and delete days as [arxiv] says, as `run` does.")
    ] = False,
) -> Answer:
    """Show the archive of raw responses, or tidy it by its policy.

    `fetch --replay` rebuilds the papers from what is kept, packed or not.
    """
    settings = invocation.settings
    # a wrong directory is no empty archive; where the database is gone, the responses are what is
    # left of the papers, to be looked at and not to be deleted
    if tidying or not settings.arxiv.archive.exists():
        check_database(settings, create=False)
    tidied = _tidied(settings) if tidying else None
    report = look(settings.arxiv.archive)
    span = f", {report.first} to {report.last}" if report.first else ""
    days = f"{counted(report.days, 'day')}{span}, {report.packed_days} of them packed"
    lines = [
        f"archive    {report.directory}",
        f"holds      {days}, {report.bytes / 1e6:.1f} MB",
    ]
    if tidied:
        lines.append(
            f"tidied     {counted(tidied.packed, 'day')} packed, {counted(tidied.deleted, 'day')}"
            " deleted"
        )
    damaged = tidied.damaged if tidied else ()
    return Answer(
        ArchiveAnswer(report, tidied),
        tuple(lines),
        tuple(f"living-survey: {each}" for each in damaged),
        1 if damaged else 0,
    )


def _tidied(settings: Settings) -> Tidied:
    """Tidy by a clock that is not in doubt, because what is too old is deleted for good."""
    services = open_services(settings, read_only=True)
    now = services.clock()
    with services.open_store() as store:
        check_clock(store, now)
    return tidy(settings.arxiv, now.astimezone(UTC).date())
