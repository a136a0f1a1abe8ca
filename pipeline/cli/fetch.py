"""The steps that ask arXiv by the calendar: run, fetch, backfill."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.command import Invocation, command
from pipeline.runtime.plurals import counted

if TYPE_CHECKING:
    from pipeline.ingest.announcements import FeedReport
    from pipeline.ingest.fetch import FetchReport

_DAY = "%Y-%m-%d"


@command("run", examples="living-survey run\nliving-survey run --json")
def run(invocation: Invocation) -> None:
    """One cycle: fetch, classify. What cron calls.

    Exit status: 0 done, 1 something was left undone (it says what), 75 try again later.
    """
    from pipeline.cli.session import arxiv_session
    from pipeline.run import run_cycle

    with arxiv_session(invocation, "run") as (session, arxiv):
        report = run_cycle(session.services, arxiv, session.record, session.bars)
    if invocation.output.as_json:
        invocation.output.answer(report)
    else:
        _say_fetch(invocation, report.fetch)
        classified = report.classify
        if report.trained:
            invocation.output.line(f"trained    {report.trained}: `living-survey model list`")
        invocation.output.line(f"classified {classified.classified} by {classified.model_id}")
        for sentence in report.drift.notable if report.drift else ():
            invocation.output.line(f"drift      {sentence}: `living-survey drift`")
        waiting = counted(report.queue, "paper waits", "papers wait")
        invocation.output.line(f"queue      {waiting} for a reviewer")
    _exit_by(invocation, report.fetch)


@command(
    "fetch",
    examples="""
    living-survey fetch
    living-survey fetch --replay var/archive
    """,
)
def fetch(
    invocation: Invocation,
    replay: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Ask nobody: rebuild from this archive.", show_default=False
        ),
    ] = None,
) -> None:
    """Fetch announcements and records from arXiv."""
    from pipeline.cli.session import arxiv_session
    from pipeline.run import fetch_step

    if replay is not None:
        _replay(invocation, replay)
        return
    with arxiv_session(invocation, "fetch") as (session, arxiv):
        report = fetch_step(session.services, arxiv, session.record, session.bars)
    if invocation.output.as_json:
        invocation.output.answer(report)
    else:
        _say_fetch(invocation, report)
    _exit_by(invocation, report)


def _replay(invocation: Invocation, directory: Path) -> None:
    from pipeline.cli.session import session
    from pipeline.ingest.replay import replay_archive

    with session(invocation, "fetch", alone=True) as opened:
        task = opened.bars.add_task("answers read again", total=None)
        report = replay_archive(
            directory,
            opened.services.open_store,
            on_answer=lambda count: opened.bars.advance(task, count),
        )
        counts = report.counts
        opened.record.count(new=counts.new, revised=counts.revised, unchanged=counts.unchanged)
    if invocation.output.as_json:
        invocation.output.answer(report)
        return
    invocation.output.line(
        f"replayed   {counted(report.answers, 'answer')}, {counted(report.feeds, 'feed')} among"
        f" them: {counts.new} new, {counts.revised} revised, {counts.unchanged} unchanged"
    )
    if report.quarantined:
        _say_quarantined(invocation, report.quarantined)


@command("backfill", examples="living-survey backfill --from 2025-12-01 --until 2025-12-31")
def backfill(
    invocation: Invocation,
    from_day: Annotated[
        datetime, typer.Option("--from", metavar="DAY", formats=[_DAY], help="First day.")
    ],
    until_day: Annotated[
        datetime,
        typer.Option("--until", metavar="DAY", formats=[_DAY], help="Last day, inclusive."),
    ],
    *,
    again: Annotated[bool, typer.Option("--again", help="Also weeks harvested before.")] = False,
) -> None:
    """Harvest a past window; can be stopped and resumed.

    It asks OAI-PMH week by week. Days are OAI datestamps: when arXiv last changed a record.
    """
    from pipeline.cli.session import arxiv_session
    from pipeline.ingest.backfill import backfill_papers

    with arxiv_session(invocation, "backfill") as (session, arxiv):
        services = session.services
        report = backfill_papers(
            arxiv.oai,
            services.open_store,
            sets=services.settings.arxiv.sets,
            from_day=from_day.date(),
            until_day=until_day.date(),
            again=again,
            clock=services.clock,
            bars=session.bars,
            min_interval_seconds=services.settings.arxiv.min_interval_seconds,
        )
        counts = report.counts
        session.record.count(
            new=counts.new,
            revised=counts.revised,
            unchanged=counts.unchanged,
            quarantined=report.quarantined,
        )
    if invocation.output.as_json:
        invocation.output.answer(report)
        return
    invocation.output.line(
        f"harvested  {counted(report.windows, 'window')}, {report.skipped} done before: "
        f"{counts.new} new, {counts.revised} revised, {counts.unchanged} unchanged"
    )
    if report.open_windows:
        invocation.output.line(
            f"open       {counted(report.open_windows, 'window is', 'windows are')} not final:"
            " the next call asks again"
        )
    for window in report.empty:
        invocation.output.note(
            f"living-survey: arXiv says it has nothing for {window}, which has working days; "
            "that proves nothing. Call backfill again later."
        )
    for window in report.cut:
        invocation.output.note(
            f"living-survey: arXiv's list for {window} broke off: it promised a page and had none. "
            "What came is stored. Call backfill again tomorrow."
        )
    if report.quarantined:
        _say_quarantined(invocation, report.quarantined)


def _say_fetch(invocation: Invocation, report: "FetchReport") -> None:
    say = invocation.output.line
    if report.feed is not None:
        _say_feed(invocation, report.feed)
    _say_harvests(invocation, report)
    if report.repaired:
        say(f"repaired   {counted(report.repaired, 'announced paper')} by look-up")
    if report.missing:
        missing = counted(len(report.missing), "announced paper")
        say(f"missing    {missing}; the next run asks again")
    if report.ledger.late:
        late = counted(report.ledger.late, "paper")
        say(f"late       {late} came days after the announcement was due")
    if report.corrections:
        kinds = ", ".join(f"{count} {kind}" for kind, count in report.corrections.items())
        say(f"corrected  approved papers: {kinds}")
    if report.quarantined:
        _say_quarantined(invocation, report.quarantined)


def _say_quarantined(invocation: Invocation, number: int) -> None:
    invocation.output.line(f"quarantine {counted(number, 'record')} could not be read")


def _say_feed(invocation: Invocation, feed: "FeedReport") -> None:
    say = invocation.output.line
    if feed.announced or not feed.stale:
        say(f"announced  {counted(feed.announced, 'paper')} on {feed.day}")
    if feed.stale:
        again = f" ({counted(feed.repeated, 'paper')})" if feed.repeated else ""
        say(
            f"stale      {', '.join(feed.stale)}: the feed of {feed.day} only repeats an earlier"
            f" day{again}; the next run asks for it anew"
        )
    if feed.capped:
        say("cut        arXiv's feed of one category ends at 2,000 items; OAI has the rest")
    if feed.untold:
        say(
            f"unproven   the feed of {feed.day} was not told whole: that day is complete when OAI's"
            " list of it has come"
        )


def _say_harvests(invocation: Invocation, report: "FetchReport") -> None:
    say = invocation.output.line
    for harvest in report.harvests:
        counts, window = harvest.counts, harvest.window
        say(
            f"harvested  {window.set_name} since {window.from_day}: "
            f"{counts.new} new, {counts.revised} revised, {counts.unchanged} unchanged"
        )
        if harvest.cut:
            say(f"cut        {window.set_name}: arXiv's list broke off; the next run asks again")
        elif harvest.suspicious:
            say(f"empty      {window.set_name}: arXiv has nothing; the next run asks again")


def _exit_by(invocation: Invocation, report: "FetchReport") -> None:
    from pipeline.ingest.ledger import overdue_remedy, overdue_sentence

    for failure in report.failures:
        invocation.output.note(f"living-survey: {failure.source}: {failure.reason}")
    overdue = report.ledger.overdue
    if overdue:
        invocation.output.note(
            f"living-survey: {overdue_sentence(overdue)} {overdue_remedy(overdue)}"
        )
    if report.exit_status:
        raise typer.Exit(report.exit_status)
