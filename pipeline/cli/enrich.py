"""`enrich`: ask other services about approved papers."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from enum import StrEnum
from typing import Annotated

import typer

from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.cli.ended import check_fetching
from pipeline.cli.session import session
from pipeline.enrich import asked
from pipeline.enrich.enrich import EnrichReport, chosen_kinds, enrich, openalex_key
from pipeline.enrich.services.courtesy import Clockwork, Courtesy
from pipeline.ingest.sources.web.service import service_client
from pipeline.ingest.sources.web.visits import web_visits
from pipeline.runtime.plurals import counted


class Kind(StrEnum):
    """What services are asked about."""

    CODE = "code"
    VENUE = "venue"
    RETRACTION = "retraction"
    CITATIONS = "citations"


@command(
    "enrich",
    examples="""
    living-survey enrich
    living-survey enrich --only retraction
    living-survey enrich --limit 20 --json
    """,
)
def enrich_(
    invocation: Invocation,
    only: Annotated[
        Kind | None, typer.Option("--only", metavar="KIND", help="Only this kind of facts.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="The most papers; [enrich] at_most.")
    ] = None,
) -> Answer:
    """Ask Crossref, OpenAlex and GitHub about approved papers.

    Off until [enrich] kinds is set. Each answer is stored with source and date. What a service does
    not say stays unknown. Publishing waits for none of it. Exit status: 75 if no service answered.
    """
    check_fetching(invocation.settings)
    settings = invocation.settings
    kinds = chosen_kinds(settings, only.value if only else None)
    key = openalex_key(settings)
    with ExitStack() as stack:
        opened = stack.enter_context(session(invocation, "enrich", lock="enrich"))
        client = service_client(
            mailto=settings.enrich.mailto, timeout_seconds=settings.enrich.timeout_seconds
        )
        courtesy = Courtesy(
            stack.enter_context(client),
            settings.enrich.interval_seconds,
            settings.enrich.seconds,
            Clockwork(time.monotonic, time.sleep),
        )
        visits = web_visits(
            contact=f"mailto:{settings.enrich.mailto}" if settings.enrich.mailto else "",
            timeout_seconds=settings.enrich.timeout_seconds,
            allow_loopback=not settings.enrich.mailto,
        )
        report = enrich(
            opened.services,
            asked.Services(
                settings.enrich, courtesy, stack.enter_context(visits), courtesy.take_turn, key
            ),
            opened.run,
            kinds=kinds,
            limit=limit or settings.enrich.at_most,
        )
    return Answer(report, tuple(_lines(report)), status=_status(report))


def _status(report: EnrichReport) -> int:
    return 75 if report.causes and not report.answered else 0


def _lines(report: EnrichReport) -> Iterator[str]:
    yield f"asked about {counted(report.papers, 'paper')}"
    for kind, states in report.answers.items():
        said = ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
        yield f"  {kind}: {said}"
    for cause, number in report.causes:
        yield f"  unknown {counted(number, 'time')}: {cause}"
    if report.left:
        why = f", because {report.stopped}" if report.stopped else ""
        yield f"  left for the next call: {report.left}{why}"
