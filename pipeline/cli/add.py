"""`add`: single papers, by identifier or by a search at arXiv."""

from datetime import datetime
from typing import Annotated

import typer

from config.errors import UsageError
from pipeline.cli.answer import Answer, Column, Text, table
from pipeline.cli.command import DAY, Invocation, command
from pipeline.cli.session import arxiv_session
from pipeline.ingest.add import AddReport, FoundReport, Search, add_found, add_papers
from pipeline.run import classify_step
from pipeline.runtime.plurals import counted


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
            "categories, or arXiv's own query language (ti:, abs:, au:, cat:, AND, OR).",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option(help="The most papers a search adds.", min=1, max=10_000)
    ] = 25,
    from_day: Annotated[
        datetime | None,
        typer.Option(
            "--from", metavar="DAY", formats=[DAY], help="Search: submitted on this day or later."
        ),
    ] = None,
    until_day: Annotated[
        datetime | None,
        typer.Option(
            "--until", metavar="DAY", formats=[DAY], help="Search: submitted on this day at last."
        ),
    ] = None,
) -> Answer:
    """Add single papers to the queue by hand."""
    if bool(papers) == (search is not None):
        raise UsageError(
            "`add` takes papers or --search, and one of the two.",
            hint="For example `living-survey add 2405.19334`.",
        )
    if papers:
        return _add_papers(invocation, papers)
    wanted = Search(
        search or "",
        invocation.settings.arxiv.categories,
        None if from_day is None else from_day.date(),
        None if until_day is None else until_day.date(),
    )
    return _add_found(invocation, wanted, limit)


def _add_papers(invocation: Invocation, papers: list[str]) -> Answer:
    with arxiv_session(invocation, "add", exclusive_run=False) as (opened, arxiv):
        services = opened.services
        report = add_papers(arxiv.query, services.open_store, papers, clock=services.clock)
        opened.record.count(added=len(report.added))
        classify_step(services, opened.record, opened.bars)
        not_added = _not_added(report)
        opened.record.error = "; ".join(not_added) or None
    labelled = (("added", report.added), ("held already", report.already))
    return Answer(
        report,
        tuple(f"{label}: {', '.join(keys)}" for label, keys in labelled if keys),
        tuple(f"living-survey: {sentence}" for sentence in not_added),
        status=1 if not_added else 0,
    )


def _add_found(invocation: Invocation, wanted: Search, limit: int) -> Answer:
    with arxiv_session(invocation, "add", exclusive_run=False) as (opened, arxiv):
        services = opened.services
        report = add_found(
            arxiv.query, services.open_store, wanted, limit=limit, clock=services.clock
        )
        opened.record.count(added=sum(not paper.held for paper in report.papers))
        classify_step(services, opened.record, opened.bars)
    return Answer(report, _found_text(report))


def _found_text(report: FoundReport) -> Text:
    found = table(
        (Column(""), Column("paper"), Column("title", flexible=True)),
        (
            ("held" if paper.held else "added", paper.arxiv_id, paper.title)
            for paper in report.papers
        ),
    )
    lines = []
    if report.total > len(report.papers) + report.quarantined:
        lines.append(
            f"more       arXiv has {report.total}: raise --limit, or narrow by --from and --until"
        )
    if report.quarantined:
        lines.append(f"quarantine {counted(report.quarantined, 'record')} could not be read")
    return (f"query      {report.query}", found if report.papers else "found      nothing", *lines)


def _not_added(report: AddReport) -> list[str]:
    sentences = []
    if report.unknown:
        sentences.append(f"arXiv does not know {', '.join(report.unknown)}. Check the id.")
    if report.unreadable:
        sentences.append(
            f"The response of arXiv for {', '.join(report.unreadable)} cannot be read; it is kept:"
            " `living-survey quarantine list` shows the reason."
        )
    return sentences
