"""Papers brought in by hand: add, by identifier or by a search at arXiv."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.command import Invocation, command
from pipeline.cli.console import Column
from pipeline.runtime.plurals import counted

if TYPE_CHECKING:
    from pipeline.ingest.add import AddReport, FoundReport, Search

_DAY = "%Y-%m-%d"


@command(
    "add",
    examples="""
    living-survey add 2405.19334
    living-survey add https://arxiv.org/abs/2405.19334 2310.01218
    living-survey add --search "talking head" --limit 10
    living-survey add --search 'au:"Ada Example" AND cat:cs.CV' --limit 10
    """,
)
def add(
    invocation: Invocation,
    papers: Annotated[
        list[str] | None, typer.Argument(metavar="[ID_OR_URL]...", show_default=False)
    ] = None,
    search: Annotated[
        str | None,
        typer.Option(
            metavar="QUERY",
            help="Add what arXiv finds, newest first: plain words as one phrase in the survey's "
            "categories, or arXiv's own language (ti:, abs:, au:, cat:, AND, OR) as it stands.",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option(help="The most papers a search adds.", min=1, max=10_000)
    ] = 25,
    from_day: Annotated[
        datetime | None,
        typer.Option(
            "--from", metavar="DAY", formats=[_DAY], help="Search: submitted on this day or later."
        ),
    ] = None,
    until_day: Annotated[
        datetime | None,
        typer.Option(
            "--until", metavar="DAY", formats=[_DAY], help="Search: submitted on this day at last."
        ),
    ] = None,
) -> None:
    """Bring single papers into the queue by hand."""
    from config.errors import UsageError
    from pipeline.ingest.add import Search

    if bool(papers) == (search is not None):
        raise UsageError(
            "`add` takes papers or --search, and one of the two.",
            hint="For example `living-survey add 2405.19334`.",
        )
    if papers:
        _add_papers(invocation, papers)
        return
    wanted = Search(
        search or "",
        invocation.settings.arxiv.categories,
        None if from_day is None else from_day.date(),
        None if until_day is None else until_day.date(),
    )
    _add_found(invocation, wanted, limit)


def _add_papers(invocation: Invocation, papers: list[str]) -> None:
    from pipeline.cli.session import arxiv_session
    from pipeline.ingest.add import add_papers
    from pipeline.run import classify_step

    with arxiv_session(invocation, "add", alone=False) as (session, arxiv):
        services = session.services
        report = add_papers(arxiv.query, services.open_store, papers, clock=services.clock)
        session.record.count(added=len(report.added))
        classify_step(services, session.record, session.bars)
        session.record.error = "; ".join(_not_added(report)) or None
    if invocation.output.as_json:
        invocation.output.answer(report)
    else:
        for label, keys in (("added", report.added), ("held already", report.already)):
            if keys:
                invocation.output.line(f"{label}: {', '.join(keys)}")
    for sentence in _not_added(report):
        invocation.output.note(f"living-survey: {sentence}")
    if report.unknown or report.unreadable:
        raise typer.Exit(1)


def _add_found(invocation: Invocation, wanted: "Search", limit: int) -> None:
    from pipeline.cli.session import arxiv_session
    from pipeline.ingest.add import add_found
    from pipeline.run import classify_step

    with arxiv_session(invocation, "add", alone=False) as (session, arxiv):
        services = session.services
        report = add_found(
            arxiv.query, services.open_store, wanted, limit=limit, clock=services.clock
        )
        session.record.count(added=sum(not paper.held for paper in report.papers))
        classify_step(services, session.record, session.bars)
    if invocation.output.as_json:
        invocation.output.answer(report)
    else:
        _say_found(invocation, report)


def _say_found(invocation: Invocation, report: "FoundReport") -> None:
    say = invocation.output.line
    say(f"asked      {report.query}")
    if not report.papers:
        say("found      nothing")
    else:
        invocation.output.table(
            (Column(""), Column("paper"), Column("title", flexible=True)),
            (
                ("held" if paper.held else "added", paper.arxiv_id, paper.title)
                for paper in report.papers
            ),
        )
    if report.total > len(report.papers) + report.quarantined:
        say(f"more       arXiv has {report.total}: raise --limit, or narrow by --from and --until")
    if report.quarantined:
        say(f"quarantine {counted(report.quarantined, 'record')} could not be read")


def _not_added(report: "AddReport") -> list[str]:
    said = []
    if report.unknown:
        said.append(f"arXiv knows no {', '.join(report.unknown)}. Check the id.")
    if report.unreadable:
        said.append(
            f"What arXiv sent for {', '.join(report.unreadable)} cannot be read; it is kept:"
            " `living-survey quarantine list` says why."
        )
    return said
