"""`serve`: the approval queue as web pages, on loopback."""

import functools
import os
from typing import Annotated

import typer

from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.operate.schedule import make_runner, make_scheduler, scheduled
from pipeline.review.proposal import reviewer_name
from pipeline.review.web.app import create_app
from pipeline.review.web.security import session_secret
from pipeline.review.web.server import serve as serve_app
from pipeline.runtime.jobs import JobBook
from pipeline.runtime.services import open_services

#: seconds; a page answers "busy, try again" after that
_BUSY_TIMEOUT = 8.0


@command(
    "serve",
    examples="living-survey serve\nliving-survey serve --port 9000 --reviewer ada --schedule",
)
def serve(
    invocation: Invocation,
    host: Annotated[str | None, typer.Option(help="Loopback address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0: any free one.")] = None,
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose decisions these are.")
    ] = None,
    *,
    schedule: Annotated[
        bool, typer.Option("--schedule", help="Also fetch and publish at the times of [schedule].")
    ] = False,
) -> None:
    """Serve the approval queue as web pages.

    It works while `run` ingests in another process. With --schedule it also calls `run` and
    `digest` at the times of [schedule], as cron would.
    """
    settings = invocation.settings
    services = open_services(settings, busy_timeout_seconds=_BUSY_TIMEOUT)
    book = JobBook(settings.database.path)
    lifespan = None
    if schedule:
        runner = make_runner(settings, os.environ, book)
        lifespan = functools.partial(scheduled, make_scheduler(settings.schedule, runner), runner)
    app = create_app(
        services.open_store,
        services.taxonomy,
        reviewer=reviewer_name(reviewer) if reviewer else reviewer_of(settings),
        secret=session_secret(settings.database.path),
        clock=services.clock,
        survey_title=settings.survey.title,
        models=settings.classifier.models,
        jobs=book.ends,
        lifespan=lifespan,
    )
    serve_app(
        app,
        host or settings.review.host,
        settings.review.port if port is None else port,
    )
