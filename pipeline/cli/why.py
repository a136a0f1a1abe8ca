"""`why`: the reasons for one paper's scores."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Annotated

import typer

from config.reasons import named_reason
from config.tex.text import plain_text
from pipeline.cli.answer import Answer, Column, Heading, Table, Text, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.learn.explain.breakdown import Neighbour, Reasons, ScoreBreakdown
from pipeline.learn.explain.certainty import Certainty, certainty_of
from pipeline.learn.explain.section_figure import SectionFigure
from pipeline.learn.explain.why import reasons_for
from pipeline.review.remarks import remarks_on
from pipeline.review.rulings.compare import near_to
from pipeline.review.rulings.near import SHOWN, NearRuling
from pipeline.runtime.services import open_services


@command(
    "why",
    examples="""
    living-survey why 2603.01234
    living-survey why 2603.01234 --sums
    living-survey why 2603.01234 --json
    """,
)
def why(
    invocation: Invocation,
    paper: Annotated[str, typer.Argument(metavar="ID", help="arXiv ID or link.")],
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="For whom it is shown.")
    ] = None,
    *,
    sums: Annotated[
        bool, typer.Option("--sums", help="Also show each score as the sum of its terms.")
    ] = False,
) -> Answer:
    """Show why the model scores a paper as it does.

    A sentence first, then the sections and how their figures are made, and the nearest decided
    papers. Each score is exactly the sum of its terms and of what other representations add: --sums
    shows it; with --json all terms are listed, with their places in title and abstract.
    """
    services = open_services(invocation.settings, read_only=True)
    found, reasons, question = reasons_for(
        paper,
        invocation.settings.classifier.models,
        services.open_store,
        services.taxonomy,
        services.clock,
        reviewer=reviewer or reviewer_of(invocation.settings),
    )
    rulings = near_to(services, found.arxiv_id)[:SHOWN]
    with services.open_store() as store:
        remarks = remarks_on(store, [found]).get(found.arxiv_id, ())
        certainty = certainty_of(services, store)
    report = {
        "arxiv_id": found.arxiv_id,
        "title": found.title,
        "sentence": reasons.sentence,
        "calibrated": certainty.calibrated,
        "remarks": remarks,
        "question": question.text if question else None,
        "open_facets": question.facets if question else (),
        "reasons": _document(reasons),
        "rulings": [
            {
                "arxiv_id": one.ruling.arxiv_id,
                "verdict": one.ruling.verdict,
                "sections": one.ruling.sections,
                "sentence": one.ruling.sentence,
                "nearness": one.nearness,
                "near": one.is_near,
            }
            for one in rulings
        ],
    }
    trained = "" if reasons.trained else ": no model was trained yet, cue words of the taxonomy"
    in_scope = reasons.breakdowns[0].probability or 0.0
    text: list[str | Heading | Table] = [
        Heading(f"{found.arxiv_id}  {plain_text(found.title)}"),
        *(f"note   {remark}" for remark in remarks),
        reasons.sentence,
        *([reasons.wordless] if reasons.wordless else []),
        f"in scope: {certainty.shown(in_scope)}",
        *_own(reasons),
        f"model  {reasons.model_id}{trained}, {certainty.trained_line}",
        *([certainty.banner] if certainty.banner else []),
        "",
        _sections(reasons, certainty),
        *(_figure(basis.section, basis.figure, certainty) for basis in reasons.bases),
    ]
    if question:
        candidates = ", ".join(section.id for section in question.candidates)
        text += ["", question.text, f"  {candidates}"]
    text += _rulings(rulings)
    text += _neighbours("nearest approved", reasons.approved)
    text += _neighbours("nearest rejected", reasons.rejected)
    for breakdown in reasons.breakdowns if sums else ():
        text += _breakdown(breakdown, certainty)
    return Answer(report, tuple(text))


def _own(reasons: Reasons) -> Text:
    """Return the reviewer's own decisions on papers like this."""
    own = reasons.own
    if not own.approved + own.rejected:
        return ()
    named = ", ".join(f"{named_reason((), code).name} {count}" for code, count in own.reasons)
    parts = (
        f"{own.rejected} rejected{f' ({named})' if named else ''}" if own.rejected else "",
        f"{own.approved} approved" if own.approved else "",
    )
    return (f"Your earlier decisions on papers like this: {', '.join(filter(None, parts))}.",)


def _rulings(near: Sequence[NearRuling]) -> Text:
    """Return the rulings on papers like this, and what would contradict them."""
    lines: list[str | Heading] = ["", Heading("rulings on papers like this")] if near else []
    for one in near:
        ruling = one.ruling
        into = f" into {', '.join(ruling.sections)}" if ruling.sections else ""
        lines.append(f'  {ruling.arxiv_id} {ruling.verdict}{into}: "{ruling.sentence}"')
        if one.is_near:
            other = f", or only into {one.other_section}" if one.other_section else ""
            lines.append(f"    deciding it {one.opposite}{other} contradicts this ruling")
    return tuple(lines)


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
                "figure": basis.figure,
            }
            for basis in reasons.bases
        ),
        "approved": reasons.approved,
        "rejected": reasons.rejected,
        "own": reasons.own,
        "beside": reasons.beside,
    }


def _breakdown(breakdown: ScoreBreakdown, certainty: Certainty) -> Text:
    rounded = breakdown.rounded
    chance = "" if breakdown.probability is None else f"  {certainty.shown(breakdown.probability)}"
    others = "".join(
        f" {value:+.2f} ({name})"
        for value, name in (
            (rounded.others_for, "other terms for"),
            (rounded.others_against, "other terms against"),
            (rounded.wordless, "no words"),
            (rounded.rounding, "rounding"),
        )
        if value
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


def _sections(reasons: Reasons, certainty: Certainty) -> Table:
    return table(
        (Column("section"), Column("", right=True), Column("based on", flexible=True)),
        (
            (
                basis.section,
                certainty.shown(basis.probability),
                ", ".join(reasons.breakdowns[number].heading for number in basis.breakdowns),
            )
            for basis in reasons.bases
        ),
    )


def _figure(section: str, figure: SectionFigure, certainty: Certainty) -> str:
    """Return how the figure of a section is made: "generation = Image 49 % x LLM-based 81 %"."""
    factors = " x ".join(f"{one.label} {certainty.shown(one.share)}" for one in figure.factors)
    more = ", and its own terms" if figure.product is None else ""
    if figure.corrected:
        more = ", corrected by earlier choices between sections"
    return f"  {section} = {factors}{more}"


def _neighbours(title: str, found: tuple[Neighbour, ...]) -> Text:
    if not found:
        return ()
    columns = (
        Column("", right=True),
        Column(title),
        Column("both have"),
        Column("title", flexible=True, below=True),
    )
    rows = (
        (
            rank,
            neighbour.arxiv_id,
            ", ".join(term for term, _ in neighbour.shared),
            plain_text(neighbour.title),
        )
        for rank, neighbour in enumerate(found, 1)
    )
    return ("", table(columns, rows))
