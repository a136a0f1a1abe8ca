"""`second-look`: old decisions that a model which did not see them contradicts."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from config.tex.text import plain_text
from pipeline.cli.answer import Answer, Column, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.cli.session import session
from pipeline.learn.cross_fit import FOLDS, cross_fit
from pipeline.learn.explain.certainty import percent
from pipeline.review.second_look import BATCH, Offer, confirm, offers
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import open_services
from storage.typed_ids import read_key

_COLUMNS = (
    Column("paper"),
    Column("decision"),
    Column("by"),
    Column("model says"),
    Column("title", flexible=True, below=True),
)


@command("find", examples="living-survey second-look find")
def find(invocation: Invocation) -> Answer:
    """Score every decided paper by a model that did not learn from it.

    Trains five models, each on four fifths of the decisions; takes about five times as long as
    `train`. Rules are replayed on these scores too.
    """
    with session(invocation, "second-look find") as opened:
        report = cross_fit(opened.services, opened.run)
    what = counted(report.decisions, "decision")
    return Answer(
        report, (f"scored {what} by {FOLDS} models: `living-survey second-look list` offers some",)
    )


@command(
    "list", examples="living-survey second-look list\nliving-survey second-look list --limit 50"
)
def list_(
    invocation: Invocation,
    limit: Annotated[int, typer.Option(min=1, help="Decisions to list.")] = BATCH,
    offset: Annotated[int, typer.Option(min=0, help="Decisions to skip.")] = 0,
) -> Answer:
    """List the decisions that were contradicted most.

    A batch at a time. Decide a paper anew with `decide`, or keep its decision with `second-look
    confirm`.
    """
    services = open_services(invocation.settings, read_only=True)
    with services.open_store() as store:
        found = offers(
            store,
            reasons=services.settings.review.reasons,
            taxonomy=services.taxonomy.fingerprint,
            limit=limit,
            offset=offset,
        )
    if found.scored_at is None:
        return Answer(asdict(found), ("nothing is scored yet: `living-survey second-look find`",))
    newer = f"; not scored: {counted(found.unscored, 'decision')}" if found.unscored else ""
    scored = f"scored on {found.scored_at:%Y-%m-%d}{newer}"
    if not found.offers:
        return Answer(asdict(found), (f"no decision is contradicted, {scored}",))
    return Answer(
        asdict(found),
        (
            table(_COLUMNS, map(_row, found.offers)),
            f"{len(found.offers)} of {found.total}, {scored}",
        ),
    )


def _row(one: Offer) -> Iterator[str]:
    decision = one.decision
    into = f" into {', '.join(decision.sections)}" if decision.sections else ""
    yield decision.arxiv_id
    yield f"{decision.verdict}{into}"
    yield f"{decision.reviewer}, {decision.decided_at:%Y-%m-%d}"
    scope = f"in scope {percent(one.in_scope)}"
    yield scope if one.about == "scope" else f"{one.section} {percent(one.section_probability)}"
    yield plain_text(one.title)


@command("confirm", examples="living-survey second-look confirm 2603.01234 2603.01235")
def confirm_(
    invocation: Invocation,
    papers: Annotated[
        list[str], typer.Argument(metavar="ID...", help="arXiv IDs or links.", show_default=False)
    ],
    reviewer: Annotated[str | None, typer.Option(metavar="NAME", help="Who read them.")] = None,
) -> Answer:
    """Keep decisions; they are not offered again.

    They are if the text of a paper changes. A drawn decision of a rule counts as right then.
    """
    services = open_services(invocation.settings)
    kept = confirm(
        services.open_store,
        [read_key(paper) for paper in papers],
        person=reviewer or reviewer_of(invocation.settings),
        clock=services.clock,
    )
    lines = tuple(f"{one.arxiv_id} stays {one.verdict}, by {one.reviewer}" for one in kept)
    return Answer([asdict(one) for one in kept], lines)
