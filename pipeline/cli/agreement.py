"""`agreement`: how far people agree, with others, with themselves and over time."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from pipeline.cli.answer import Answer, Column, Heading, Table, Text, table
from pipeline.cli.command import Invocation, command
from pipeline.review.agreement.report import AgreementReport, OverTime, agreement_of, read_facts
from pipeline.review.agreement.sentences import said_between, said_over_time, said_with_self
from pipeline.runtime.services import open_services


@command(
    "agreement",
    examples="""
    living-survey agreement
    living-survey agreement --reviewer ada
    living-survey agreement --json
    """,
)
def agreement(
    invocation: Invocation,
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only what concerns this person.")
    ] = None,
) -> Answer:
    """Show how far people agree: with others, with themselves, over time.

    Between two people: Cohen's kappa of approvals and rejections that both gave without knowing of
    each other (`[team] double_review`), and Krippendorff's alpha of the sections. With oneself: the
    share of equal verdicts on papers read again (`[team] repeat_percent`). Over time: whether
    somebody approves more or less than at first, papers equal. Nothing is said from too few papers.
    """
    services = open_services(invocation.settings, read_only=True)
    with services.open_store() as store:
        facts = read_facts(store, services.clock())
    report = agreement_of(facts, reviewer)
    return Answer(asdict(report), tuple(_text(report)))


def _text(report: AgreementReport) -> Iterator[str | Heading | Table]:
    yield Heading("Between two people")
    if not report.pairs:
        yield "no paper with two words; `[team] double_review` asks for them"
    for pair in report.pairs:
        yield f"{pair.first} and {pair.second}: {' '.join(said_between(pair))}"
        counts = pair.table
        yield (
            f"  both approve {counts.both_approve}, both reject {counts.both_reject}, only"
            f" {pair.first} approves {counts.only_first}, only {pair.second} {counts.only_second};"
            f" {pair.deferred} with a deferral"
        )
    yield Heading("With oneself")
    if not report.selves:
        yield "no paper was read again; `[team] repeat_percent` repeats some"
    for one in report.selves:
        yield f"{one.reviewer}: {said_with_self(one)}"
        if one.open:
            yield f"  said otherwise, to look at again: {', '.join(one.open)}"
    yield Heading("Over time")
    if not report.drifts:
        yield "no verdict on a paper that had a prediction before"
    for each in report.drifts:
        yield f"{each.reviewer}: {said_over_time(each)}"
        yield from _months(each)


def _months(one: OverTime) -> Text:
    if one.drift is None or not one.drift.months:
        return ()
    columns = (
        Column("month"),
        Column("verdicts", right=True),
        Column("approved", right=True),
        Column("expected", right=True),
        Column("95 %", right=True),
    )
    rows = (
        (
            month.month,
            month.verdicts,
            month.approved,
            f"{month.expected:.1f}",
            f"{month.low:.0f} to {month.high:.0f}",
        )
        for month in one.drift.months
    )
    return (table(columns, rows),)
