"""`digest`: the approved papers of one ISO week as a letter."""

from collections.abc import Iterator
from typing import Annotated

import typer

from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.cli.ended import check_week, over, over_answer
from pipeline.cli.publish import target_lines
from pipeline.cli.session import session
from pipeline.publish.digest.issue import check_finished
from pipeline.publish.digest.week import Week
from pipeline.publish.weekly import DigestReport, publish_week
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
    now = open_services(settings).clock()
    chosen = Week.parse(week) if week else Week.last_complete(now)
    freeze = None if week else over(settings)
    if freeze and chosen.first_day > freeze.ends_on:
        succeeded(settings.database.path, "digest")
        return over_answer(freeze)
    check_week(settings, chosen)
    check_finished(chosen, now, allow_unfinished=unfinished)
    with session(invocation, "digest", lock="publish") as opened:
        report = publish_week(
            opened.services,
            opened.run,
            chosen,
            person=reviewer_of(settings),
            allow_unfinished=unfinished,
        )
    status = report.published.exit_status if report.published else 0
    if week is None and not status:
        succeeded(settings.database.path, "digest")
    return Answer(report, tuple(_lines(report)), status=status)


def _lines(report: DigestReport) -> Iterator[str]:
    if report.published and report.published.exit_status:
        yield from target_lines(report.published)
        return
    yield f"digest {report.week}: {counted(report.papers, 'paper')}"
    for paper in report.withdrawn:
        said = "withdrawn at arXiv since it was approved"
        yield f"  left out: {paper.arxiv_id} {paper.title}, {said}"
    if report.corrections:
        yield f"  corrections to papers approved before: {len(report.corrections)}"
    for file in report.files:
        yield f"  {file.path}{'' if file.changed else '  (unchanged)'}"
