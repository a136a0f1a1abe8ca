"""`add`: single papers, by identifier or by a search at arXiv."""

from datetime import datetime
from typing import Annotated

import typer

from config.errors import UsageError
from config.tex.text import plain_text
from pipeline.cli.answer import Answer, Column, Text, table
from pipeline.cli.command import DAY, Invocation, command
from pipeline.cli.ended import check_fetching
from pipeline.cli.pairs_line import pairs_line
from pipeline.cli.session import arxiv_session
from pipeline.ingest import add as step
from pipeline.ingest.add import FoundReport, Search
from pipeline.learn.classify import classify
from pipeline.run import doubles
from pipeline.runtime.plurals import counted


@command(
    "add",
    examples="""
    living-survey add 2405.19334
    living-survey add https://arxiv.org/abs/2405.19334 2310.01218
    living-survey add "arXiv:2405.19334v2 [cs.CV], 10.48550/arXiv.2310.01218"
    living-survey add --search "talking head" --limit 10
    living-survey add --search 'au:"Ada Example" AND cat:cs.CV' --limit 10
    """,
)
def add(
    invocation: Invocation,
    papers: Annotated[
        list[str] | None, typer.Argument(metavar="ID_OR_URL", show_default=False)
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
    """Add single papers to the queue by hand.

    An ID is given in any common notation; several stand between commas, blanks or lines.
    """
    check_fetching(invocation.settings)
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
    with arxiv_session(invocation, "add", lock=None) as (opened, arxiv):
        report = step.add(opened.services, arxiv, opened.run, papers)
        classify(opened.services, opened.run)
        pairs = doubles(opened.services)
    labelled = (("added", report.added), ("held already", report.already))
    return Answer(
        report,
        (
            *(f"{label}: {', '.join(keys)}" for label, keys in labelled if keys),
            *pairs_line(pairs),
        ),
        tuple(f"living-survey: {sentence}" for sentence in report.not_added),
        status=1 if report.not_added else 0,
    )


def _add_found(invocation: Invocation, wanted: Search, limit: int) -> Answer:
    with arxiv_session(invocation, "add", lock=None) as (opened, arxiv):
        report = step.add_found(opened.services, arxiv, opened.run, wanted, limit=limit)
        classify(opened.services, opened.run)
        pairs = doubles(opened.services)
    return Answer(report, (*_found_text(report), *pairs_line(pairs)))


def _found_text(report: FoundReport) -> Text:
    found = table(
        (Column(""), Column("paper"), Column("title", flexible=True, below=True)),
        (
            ("held" if paper.held else "added", paper.arxiv_id, plain_text(paper.title))
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
