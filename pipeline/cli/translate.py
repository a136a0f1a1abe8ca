"""`translate`: machine translation of titles and abstracts."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Annotated

import typer

from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.cli.ended import check_fetching
from pipeline.cli.session import session
from pipeline.enrich.services.courtesy import Clockwork, Courtesy
from pipeline.enrich.translation.translate import TranslateReport, endpoint_of
from pipeline.enrich.translation.translate import translate as translate_papers
from pipeline.ingest.sources.web.service import service_client
from pipeline.runtime.plurals import counted


@command("translate", examples="living-survey translate\nliving-survey translate --limit 5 --json")
def translate(
    invocation: Invocation,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="The most papers; [translate] at_most.")
    ] = None,
) -> Answer:
    """Translate titles and abstracts of approved papers by machine.

    Needs an OpenAI-compatible endpoint in [translate]. Translations are marked as machine-made
    wherever they are shown, and nothing is learned from them. Exit status: 75 if the endpoint gives
    no answer.
    """
    check_fetching(invocation.settings)
    settings = invocation.settings
    endpoint = endpoint_of(settings)
    own = settings.translate
    with ExitStack() as stack:
        opened = stack.enter_context(session(invocation, "translate", lock="translate"))
        client = stack.enter_context(service_client(mailto="", timeout_seconds=own.timeout_seconds))
        ask = Courtesy(client, 0, own.seconds, Clockwork(time.monotonic, time.sleep))
        report = translate_papers(
            opened.services, ask, endpoint, opened.run, limit=limit or own.at_most
        )
    status = 75 if report.stopped.startswith("the endpoint") and not report.translated else 0
    return Answer(report, tuple(_lines(report)), status=status)


def _lines(report: TranslateReport) -> Iterator[str]:
    yield f"translated {counted(report.translated, 'paper')}"
    for cause, number in report.refused.items():
        yield f"  refused {counted(number, 'answer')}, because {cause}"
    if report.left:
        yield f"  without a translation: {counted(report.left, 'paper')}, because {report.stopped}"
