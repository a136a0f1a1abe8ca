"""`digest`: the approved papers of one ISO week as a letter."""

from typing import Annotated

import typer

from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.publish.digest.issue import edition_of
from pipeline.publish.digest.week import Week
from pipeline.publish.digest.write import write_digest
from pipeline.runtime.jobs import succeeded
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import open_services


@command("digest", examples="living-survey digest\nliving-survey digest --week 2026-W12")
def digest(
    invocation: Invocation,
    week: Annotated[
        str | None,
        typer.Option(help="ISO week such as 2026-W12; else the last complete one."),
    ] = None,
    *,
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Allow the current week, marked preliminary.")
    ] = False,
) -> Answer:
    """Build one week's digest of approved papers.

    It lists the papers approved in that ISO week (UTC) and still approved at its end, by section,
    with highlights, corrections and how it was made: as Markdown, as HTML for mails and as plain
    text a language, and as JSON.
    """
    settings = invocation.settings
    services = open_services(settings)
    now = services.clock()
    report = write_digest(
        services.open_store,
        services.taxonomy,
        edition_of(settings),
        Week.parse(week) if week else Week.last_complete(now),
        now=now,
        allow_unfinished=unfinished,
    )
    if week is None:
        succeeded(settings.database.path, "digest")
    said = [
        f"  left out: {paper.arxiv_id} {paper.title}, withdrawn at arXiv since it was approved"
        for paper in report.withdrawn
    ]
    if report.corrections:
        said.append(f"  corrections to papers approved before: {len(report.corrections)}")
    files = (f"  {file.path}{'' if file.changed else '  (unchanged)'}" for file in report.files)
    return Answer(
        report, (f"digest {report.week}: {counted(report.papers, 'paper')}", *said, *files)
    )
