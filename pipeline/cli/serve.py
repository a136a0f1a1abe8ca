"""`serve`: the approval queue as web pages on loopback, or the pages for subscribers."""

import contextlib
import functools
import os
from dataclasses import replace
from typing import Annotated

import typer

from config.errors import UsageError
from config.host_header import served_names
from config.loopback import is_loopback_host
from config.schema import Settings
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.cli.issue_desk import issue_desk
from pipeline.cli.serve_subscribers import serve_subscribers
from pipeline.curated.title import survey_title
from pipeline.learn.following import following
from pipeline.operate.measures import read_measures
from pipeline.operate.monitor_token import monitor_token
from pipeline.operate.scheduler import make_runner, make_scheduler, make_training, scheduled
from pipeline.operate.status_facts import state_of_survey
from pipeline.review.accounts.book import AccessBook
from pipeline.review.accounts.login import session_limits
from pipeline.review.api.table import PREFIX
from pipeline.review.double.rules import rules_of
from pipeline.review.proposal import reviewer_name
from pipeline.review.web.app import create_app
from pipeline.review.web.key_file import session_secret
from pipeline.review.web.measuring.kept import KeptMeasures
from pipeline.review.web.measuring.state import Monitoring
from pipeline.review.web.server import serve as serve_app
from pipeline.review.web.sessions import login_token
from pipeline.runtime.jobs import JobBook
from pipeline.runtime.services import Services, open_services
from storage.claims import Claims
from storage.errors import StoreBusyError
from storage.kept import KeptStores
from storage.stamp import database_stamp

#: seconds; a page answers "busy, try again" after that
_BUSY_TIMEOUT = 8.0
#: seconds; what is known of accounts counts for a while where the database is held
_ACCESS_TIMEOUT = 1.0
#: bytes, of about seven decisions: a checkpoint takes longer than one of them, and reading more of
#: them again at each opening takes longer than a checkpoint
_WAL_LEFT = 16_384


@command(
    "serve",
    examples="""
    living-survey serve
    living-survey serve --port 9000 --reviewer ada --schedule
    living-survey serve --public
    """,
)
def serve(
    invocation: Invocation,
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen on; with accounts also another than loopback."),
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0: any free one.")] = None,
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose decisions these are.")
    ] = None,
    *,
    schedule: Annotated[
        bool, typer.Option("--schedule", help="Also fetch and publish at the times of [schedule].")
    ] = False,
    public: Annotated[
        bool,
        typer.Option("--public", help="Serve the pages for readers instead, to everybody."),
    ] = False,
) -> None:
    """Serve the approval queue as web pages.

    It prints an address with a token, which is opened once in each browser and stays the same.
    Other users of this machine cannot read it. With accounts (`reviewer add`) everybody logs in
    instead.

    It works while `run` ingests in another process. With --schedule it also calls the jobs that
    `schedule` lists at their times, as cron would.

    With --public it serves only the pages on which readers subscribe, confirm, choose,
    unsubscribe and, with [suggestions], suggest, at the host and port of [subscribers].
    """
    settings = invocation.settings
    if public:
        if schedule or reviewer:
            raise UsageError(
                "--public serves readers only, without --schedule and --reviewer.",
                hint="Call `living-survey serve` for those.",
            )
        serve_subscribers(settings, host, port)
        return
    services, reading = (
        open_services(
            settings,
            read_only=read_only,
            busy_timeout_seconds=_BUSY_TIMEOUT,
            wal_left=_WAL_LEFT,
        )
        for read_only in (False, True)
    )
    with contextlib.closing(
        KeptStores(
            settings.database.path,
            services.open_store,
            reading.open_store,
            busy_timeout_seconds=_BUSY_TIMEOUT,
            wal_limit=_WAL_LEFT,
        )
    ) as kept:
        _serve_desk(
            services, reading, kept, host=host, port=port, schedule=schedule, reviewer=reviewer
        )


def _serve_desk(
    services: Services,
    reading: Services,
    kept: KeptStores,
    *,
    host: str | None,
    port: int | None,
    schedule: bool,
    reviewer: str | None,
) -> None:
    settings = services.settings
    book = JobBook(settings.database.path)
    lifespan = None
    if schedule:
        runner = make_runner(settings, os.environ, book)
        lifespan = functools.partial(scheduled, make_scheduler(settings.schedule, runner), runner)
    listens_on = settings.review.host if host is None else host
    access = AccessBook(
        kept.open_store,
        functools.partial(kept.read_store_within, _ACCESS_TIMEOUT),
        read_before_write=functools.partial(
            kept.read_store_within, _ACCESS_TIMEOUT, writes_next=True
        ),
        stamp=functools.partial(database_stamp, settings.database.path),
        clock=services.clock,
        limits=session_limits(settings.review),
    )
    team = _is_team(access, listens_on)
    if team and reviewer:
        raise UsageError(
            "--reviewer names the one person of a survey without accounts.",
            hint="This one has accounts: everybody logs in. `living-survey reviewer list` names"
            " them.",
        )
    secret = session_secret(settings.database.path)
    asked = replace(reading, open_store=kept.read_store)
    app = create_app(
        kept.open_store,
        services.taxonomy,
        read_store=kept.read_store,
        reviewer=reviewer_name(reviewer) if reviewer else reviewer_of(settings),
        secret=secret,
        names=served_names(listens_on),
        clock=services.clock,
        survey_title=survey_title(settings.survey),
        models=settings.classifier.models,
        jobs=book.ends,
        training=make_training(settings, os.environ),
        lifespan=lifespan,
        settings=settings.review,
        claims=Claims(settings.database.path),
        team=settings.team,
        rules=rules_of(settings.team, services.taxonomy),
        api=settings.api,
        issues=issue_desk(services),
        state=functools.partial(state_of_survey, asked),
        access=access,
        monitoring=Monitoring(
            KeptMeasures(functools.partial(read_measures, asked), seconds=settings.monitor.seconds),
            token=monitor_token(settings.monitor, os.environ),
        ),
    )
    followed = (
        following(replace(services, open_store=kept.open_store), kept.read_store)
        if settings.classifier.follow
        else contextlib.nullcontext()
    )
    with followed:
        serve_app(
            app,
            listens_on,
            settings.review.port if port is None else port,
            token="" if team else login_token(secret),
            note=_note(settings, team, bool(reviewer)),
            settings=settings.review,
            api=f"{PREFIX.lstrip('/')}  (`living-survey token create` makes a token)",
        )


def _is_team(access: AccessBook, host: str) -> bool:
    """Return whether there are accounts; on this machine alone a busy database is not waited for.

    Then the printed token opens nothing as soon as the accounts are read.
    """
    try:
        access.refresh()
    except StoreBusyError:
        if not is_loopback_host(host):
            raise
    return access.team


def _note(settings: Settings, team: bool, named: bool) -> str:  # noqa: FBT001  two facts
    if team:
        names = ", ".join(settings.review.hosts)
        also = f" It answers to {names} too." if names else ""
        return f"Everybody logs in with an account.{also}"
    return "" if named or settings.review.reviewer else _unnamed(reviewer_of(settings))


def _unnamed(login: str) -> str:
    return (
        f"Decisions are recorded as {login}, your login name. `serve --reviewer NAME` or [review]"
        " reviewer in the settings gives another."
    )
