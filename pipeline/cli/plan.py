"""`plan`: how the queue develops, and what to read in a given time."""

from typing import Annotated

import typer

from config.tex.text import plain_text
from pipeline.cli.answer import Answer, Column, Table, Text, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.learn.checks import refusals
from pipeline.learn.explain.certainty import certainty_of
from pipeline.learn.reading import MeasuredReading, last_reading, reading_sentences
from pipeline.review.outlook.health import QueueHealth, chosen_limit, queue_health
from pipeline.review.outlook.pace import Pace
from pipeline.review.outlook.planner import Plan
from pipeline.review.outlook.session import (
    SessionReport,
    plan_session,
    session_report,
    start_session,
)
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services, open_services

#: minutes
LONGEST_SESSION = 600


@command(
    "plan",
    examples="""
    living-survey plan
    living-survey plan --limit 30
    living-survey plan --minutes 15
    living-survey plan --minutes 15 --start
    """,
)
def plan(
    invocation: Invocation,
    minutes: Annotated[
        float | None,
        typer.Option(
            min=1, max=LONGEST_SESSION, show_default=False, help="Choose papers for this time."
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=99,
            show_default=False,
            help="Count papers from this percentage on. Default: your own limit, or the setting.",
        ),
    ] = None,
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose pace and session.")
    ] = None,
    *,
    start: Annotated[
        bool, typer.Option("--start", help="Make these papers the session of the review pages.")
    ] = False,
) -> Answer:
    """Show how the queue develops, or plan a session.

    Without --minutes: arrivals and decisions of eight weeks, when the queue clears at their pace,
    and what another limit would mean. With --minutes: the papers with the largest expected gain
    in that time, at your own measured pace.
    """
    settings = invocation.settings
    services = open_services(settings, read_only=not start)
    name = reviewer or reviewer_of(settings)
    if minutes is not None:
        return _session(services, name, minutes, start=start)
    chosen = limit
    if chosen is None:
        with services.open_store() as store:
            chosen = chosen_limit(store.preferences.of(name), settings.review.likely_from)
    report = queue_health(services.open_store, reviewer=name, limit=chosen, now=services.clock())
    with services.open_store() as store:
        session = session_report(store, name)
    wrong = tuple(refusals(services))
    reading = last_reading(settings.classifier.reports)
    return Answer(
        {"health": report, "session": session, "reading": reading, "wrong": wrong},
        (
            *_health(report),
            *_progress(session),
            *_reading(reading, services.models.describe_current()),
            *(f"{one.check:<11} {one.what} {one.remedy}" for one in wrong),
            "",
            _weeks(report),
            "",
            *_limits(report),
        ),
    )


def _session(services: Services, name: str, minutes: float, *, start: bool) -> Answer:
    chosen = plan_session(services.open_store, name, minutes)
    if start and chosen.ids:
        start_session(services.open_store, name, chosen, services.clock())
    with services.open_store() as store:
        titles = store.papers.titles(chosen.ids)
        calibrated = certainty_of(services, store).calibrated
    takes = counted(round(chosen.takes), "minute")
    rows = ((key, plain_text(titles.get(key, ""))) for key in chosen.ids)
    then = (
        "started: it is the session under Plan in `living-survey serve`"
        if start
        else "`--start` makes them the session under Plan in `living-survey serve`"
    )
    if not chosen.ids:
        return Answer(chosen, ("No papers wait: there is nothing to plan.",))
    return Answer(
        chosen,
        (
            f"papers      {len(chosen.ids)} in {takes}; {_pace(chosen.pace)}",
            f"gain        {_gain(chosen) if calibrated else _UNKNOWN_GAIN}",
            "",
            table((Column("arXiv id"), Column("title", flexible=True)), rows),
            then,
        ),
    )


_UNKNOWN_GAIN = (
    "unknown before percentages are calibrated; the likeliest and the most uncertain come first"
)


def _gain(chosen: Plan) -> str:
    return (
        f"{chosen.approvals:.1f} approvals expected, and what the model learns from the uncertain"
        f" ones, worth {chosen.learning:.1f} more"
    )


def _health(report: QueueHealth) -> Text:
    above = f"at or above {report.limit} %"
    lines = [f"waiting     {report.waiting:,} {above} ({report.whole:,} in all)"]
    if report.oldest:
        lines.append(
            f"oldest      {report.oldest.arxiv_id}, announced {report.oldest.announced},"
            f" {counted(report.oldest_days, 'day')} ago"
        )
    lines += [
        f"clears      {report.clearing.sentence}",
        f"pace        {_pace(report.pace)}",
        f"today       {counted(report.today, 'decision')}",
    ]
    return tuple(lines)


def _pace(pace: Pace) -> str:
    if pace.is_measured:
        return f"{pace.seconds:.0f} s a paper, the median of {pace.gaps} of your decisions"
    return f"{pace.seconds:.0f} s a paper is assumed; {pace.gaps} of the 10 needed are measured"


def _progress(session: SessionReport | None) -> Text:
    if session is None:
        return ()
    done = f"{session.decided} of {session.planned} decided, {session.approved} approved"
    spent = f"{session.spent:.0f} of {counted(round(session.minutes), 'minute')}"
    return (f"session     {done}, in {spent}; {len(session.left)} left",)


def _reading(found: MeasuredReading | None, model_id: str) -> Text:
    names = ("to read", "", "")
    sentences = reading_sentences(found, model_id)
    return tuple(f"{name:<11} {said}" for name, said in zip(names, sentences, strict=False))


def _weeks(report: QueueHealth) -> Table:
    columns = (
        Column("week to"),
        Column("arrived", right=True),
        Column("decided", right=True),
        Column("approved", right=True),
    )
    rows = ((week.last, week.arrived, week.decided, week.approved) for week in report.weeks)
    return table(columns, rows)


def _limits(report: QueueHealth) -> Text:
    past = report.replay
    if not past.rows:
        return ("limits: less than a week of papers is known",)
    columns = (
        Column(""),
        Column("limit", right=True),
        Column("papers a week", right=True),
        Column("minutes", right=True),
        Column("waiting", right=True),
        Column("approved, missed", right=True),
    )
    rows = (
        (
            "now" if row.limit == report.limit else "",
            f"{row.limit} %",
            f"{row.papers_a_week:.1f}",
            f"{row.minutes_a_week:.0f}",
            row.waiting,
            row.missed,
        )
        for row in past.rows
    )
    missed = f"of {counted(past.approved, 'approval')} scored before"
    return (
        table(columns, rows),
        f"{counted(past.weeks, 'week')} replayed; missed: {missed}",
    )
