"""`fetch`: announcements and records from arXiv, or from an archive of earlier responses."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.answer import Answer, Text
from pipeline.cli.command import Invocation, command
from pipeline.cli.ended import check_fetching
from pipeline.cli.session import RUN, arxiv_session, session
from pipeline.ingest import fetch as step
from pipeline.ingest.announcements import FeedReport
from pipeline.ingest.corrections import corrections_text
from pipeline.ingest.fetch import FetchReport, failure_sentences
from pipeline.ingest.ledger import overdue_remedy, overdue_sentence
from pipeline.ingest.replay import replay
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Database


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
            metavar="DIR",
            help="Make no request: rebuild from this archive.",
            show_default=False,
        ),
    ] = None,
) -> Answer:
    """Fetch announcements and records from arXiv."""
    check_fetching(invocation.settings)
    if replay is not None:
        return _replay(invocation, replay)
    with arxiv_session(invocation, "fetch", confirms_clock=True) as (opened, arxiv):
        report = step.fetch(opened.services, arxiv, opened.run)
    return Answer(report, fetch_text(report), fetch_notes(report), report.exit_status)


def _replay(invocation: Invocation, directory: Path) -> Answer:
    with session(invocation, "fetch", lock=RUN, database=Database.CREATE) as opened:
        report = replay(opened.services, opened.run, directory)
    counts = report.counts
    return Answer(
        report,
        (
            (
                f"replayed   {counted(report.answers, 'response')}, {counted(report.feeds, 'feed')}"
                f" among them: {counts.new} new, {counts.revised} revised,"
                f" {counts.unchanged} unchanged"
            ),
            *quarantined(report.quarantined),
        ),
    )


def fetch_text(report: FetchReport) -> Text:
    """Return what a fetch brought."""
    lines = list(feed_text(report.feed)) if report.feed is not None else []
    lines += _harvests(report)
    if report.hub is not None:
        lines.append(f"hub        {report.hub.sentence}")
    if report.repaired:
        lines.append(f"repaired   {counted(report.repaired, 'announced paper')} by look-up")
    if report.missing:
        missing = counted(len(report.missing), "announced paper")
        lines.append(f"missing    {missing}; the next run asks again")
    if report.ledger.late:
        late = counted(report.ledger.late, "paper")
        lines.append(f"late       {late} came days after the announcement was due")
    if report.corrections:
        kinds = ", ".join(f"{count} {kind}" for kind, count in report.corrections.items())
        lines.append(f"corrected  approved papers: {kinds}")
        lines += [f"           {sentence}" for sentence in corrections_text(report.corrected)]
    if asked := report.completed.asked:
        whole = len(report.completed.completed)
        lines.append(f"incomplete {counted(asked, 'record')} asked for again, {whole} whole now")
    return (*lines, *quarantined(report.quarantined))


def fetch_notes(report: FetchReport) -> tuple[str, ...]:
    """Return what a fetch could not bring, and the days that are overdue."""
    notes = [f"living-survey: {one}" for one in failure_sentences(report.failures)]
    if report.hub is not None and report.hub.late:
        notes.append(f"living-survey: {report.hub.sentence} {report.hub.remedy}")
    if overdue := report.ledger.overdue:
        notes.append(f"living-survey: {overdue_sentence(overdue)} {overdue_remedy(overdue)}")
    return tuple(notes)


def quarantined(number: int) -> tuple[str, ...]:
    """Return the line on records that could not be read, if there are any."""
    return (f"quarantine {counted(number, 'record')} could not be read",) if number else ()


def feed_text(feed: FeedReport) -> tuple[str, ...]:
    """Return what the day's feeds announced."""
    lines = []
    if feed.announced or not feed.stale:
        lines.append(f"announced  {counted(feed.announced, 'paper')} on {feed.day}")
    if feed.stale:
        again = f" ({counted(feed.repeated, 'paper')})" if feed.repeated else ""
        lines.append(
            f"stale      {', '.join(feed.stale)}: the feed of {feed.day} only repeats an earlier"
            f" day{again}; the next run requests it again"
        )
    if feed.capped:
        lines.append(
            "cut        arXiv's feed of one category ends at 2,000 items; OAI has the rest"
        )
    if feed.untold:
        lines.append(
            f"unproven   the feed of {feed.day} could not be read whole: that day is complete when"
            " OAI's list of it has come"
        )
    return tuple(lines)


def _harvests(report: FetchReport) -> list[str]:
    lines = []
    for harvest in report.harvests:
        counts, window = harvest.counts, harvest.window
        lines.append(
            f"harvested  {window.set_name} since {window.from_day}: "
            f"{counts.new} new, {counts.revised} revised, {counts.unchanged} unchanged"
        )
        if harvest.cut:
            lines.append(
                f"cut        {window.set_name}: arXiv's list broke off; the next run asks again"
            )
        elif harvest.suspicious:
            lines.append(
                f"empty      {window.set_name}: arXiv has nothing; the next run asks again"
            )
    return lines
