"""`why`: the reasons for one paper's scores."""

from itertools import zip_longest
from typing import Annotated

import typer

from config.tex.text import plain_text
from pipeline.cli.answer import Answer, Column, Heading, Table, Text, table
from pipeline.cli.command import Invocation, command
from pipeline.learn.explain.breakdown import Neighbour, Reasons, ScoreBreakdown
from pipeline.learn.explain.why import reasons_for
from pipeline.review.remarks import remarks_on
from pipeline.runtime.services import open_services


@command("why", examples="living-survey why 2603.01234\nliving-survey why 2603.01234 --json")
def why(
    invocation: Invocation,
    paper: Annotated[str, typer.Argument(metavar="ID", help="arXiv ID or link.")],
) -> Answer:
    """Show why the model scores a paper as it does.

    Each score is exactly the sum of its terms; with --json all of them are listed, with their
    places in title and abstract.
    """
    services = open_services(invocation.settings, read_only=True)
    found, reasons, question = reasons_for(
        paper,
        invocation.settings.classifier.models,
        services.open_store,
        services.taxonomy,
        services.clock,
    )
    with services.open_store() as store:
        remarks = remarks_on(store, [found]).get(found.arxiv_id, ())
    report = {
        "arxiv_id": found.arxiv_id,
        "title": found.title,
        "remarks": remarks,
        "question": question.text if question else None,
        "open_facets": question.facets if question else (),
        "reasons": _document(reasons),
    }
    trained = "" if reasons.trained else ": no model was trained yet, cue words of the taxonomy"
    text: list[str | Heading | Table] = [
        Heading(f"{found.arxiv_id}  {plain_text(found.title)}"),
        *(f"note   {remark}" for remark in remarks),
        f"model  {reasons.model_id}{trained}",
    ]
    for breakdown in reasons.breakdowns:
        text += _breakdown(breakdown)
    text += ["", _sections(reasons)]
    if question:
        candidates = ", ".join(section.id for section in question.candidates)
        text += ["", question.text, f"  {candidates}"]
    text += _neighbours("nearest approved", reasons.approved)
    text += _neighbours("nearest rejected", reasons.rejected)
    return Answer(report, tuple(text))


def _document(reasons: Reasons) -> dict[str, object]:
    """Return the reasons for JSON, whose keys are part of the interface."""
    return {
        "model_id": reasons.model_id,
        "trained": reasons.trained,
        "accounts": reasons.breakdowns,
        "footings": tuple(
            {
                "section": basis.section,
                "probability": basis.probability,
                "accounts": basis.breakdowns,
            }
            for basis in reasons.bases
        ),
        "approved": reasons.approved,
        "rejected": reasons.rejected,
    }


def _breakdown(breakdown: ScoreBreakdown) -> Text:
    rounded = breakdown.rounded
    chance = "" if breakdown.probability is None else f"  {breakdown.probability:.2f}"
    others = (
        f" {rounded.rest:+.2f} ({rounded.rest_terms} other terms)"
        if rounded.rest_terms or rounded.rest
        else ""
    )
    head: Text = (
        "",
        Heading(f"{breakdown.heading}{chance}"),
        (
            f"  {rounded.base:+.2f} (no known term) {rounded.total_for:+.2f} (for) "
            f"{rounded.total_against:+.2f} (against){others} = {rounded.score:+.2f}"
        ),
    )
    if not rounded.shown:
        return head
    columns = (Column("  for"), Column("", right=True), Column("against"), Column("", right=True))
    rows = (
        (
            f"  {up.words}" if up else "",
            f"{up.value:+.2f}" if up else "",
            down.words if down else "",
            f"{down.value:+.2f}" if down else "",
        )
        for up, down in zip_longest(rounded.speaking_for, rounded.against)
    )
    return (*head, table(columns, rows))


def _sections(reasons: Reasons) -> Table:
    return table(
        (Column("section"), Column("p", right=True), Column("based on", flexible=True)),
        (
            (
                basis.section,
                f"{basis.probability:.2f}",
                ", ".join(reasons.breakdowns[number].heading for number in basis.breakdowns),
            )
            for basis in reasons.bases
        ),
    )


def _neighbours(title: str, found: tuple[Neighbour, ...]) -> Text:
    if not found:
        return ()
    columns = (
        Column(title),
        Column("alike", right=True),
        Column("shared terms"),
        Column("title", flexible=True),
    )
    rows = (
        (
            neighbour.arxiv_id,
            f"{neighbour.similarity:.2f}",
            ", ".join(term for term, _ in neighbour.shared),
            plain_text(neighbour.title),
        )
        for neighbour in found
    )
    return ("", table(columns, rows))
