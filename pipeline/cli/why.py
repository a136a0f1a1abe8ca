"""`why`: the reasons for one paper's scores, in the terminal."""

from itertools import zip_longest
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.command import Invocation, command
from pipeline.cli.console import Column, printable

if TYPE_CHECKING:
    from pipeline.learn.explain.breakdown import Neighbour, Reasons, ScoreBreakdown


@command("why", examples="living-survey why 2603.01234\nliving-survey why 2603.01234 --json")
def why(
    invocation: Invocation,
    paper: Annotated[str, typer.Argument(metavar="ID", help="arXiv id or link.")],
) -> None:
    """Show why the model scores a paper as it does.

    Each score is the sum of its terms, exactly; with --json all of them are listed, with the
    places where they stand in title and abstract.
    """
    from pipeline.learn.explain.why import reasons_for
    from pipeline.runtime.services import open_services

    services = open_services(invocation.settings)
    found, reasons, question = reasons_for(
        paper,
        invocation.settings.classifier.models,
        services.open_store,
        services.taxonomy,
    )
    if invocation.output.as_json:
        invocation.output.answer(
            {
                "arxiv_id": found.arxiv_id,
                "title": found.title,
                "question": question.text if question else None,
                "open_facets": question.facets if question else (),
                "reasons": reasons,
            }
        )
        return
    say = invocation.output.line
    say(f"{found.arxiv_id}  {found.title}", style="bold")
    trained = "" if reasons.trained else ": no model was trained yet, cue words of the taxonomy"
    say(f"model  {reasons.model_id}{trained}")
    for account in reasons.accounts:
        _say_account(invocation, account)
    say()
    _say_footings(invocation, reasons)
    if question:
        say()
        say(question.text)
        say("  " + ", ".join(section.id for section in question.candidates))
    _say_near(invocation, "nearest approved", reasons.approved)
    _say_near(invocation, "nearest rejected", reasons.rejected)


def _say_account(invocation: Invocation, account: "ScoreBreakdown") -> None:
    balance, say = account.balance, invocation.output.line
    chance = "" if account.probability is None else f"  {account.probability:.2f}"
    others = (
        f" {balance.rest:+.2f} ({balance.rest_terms} other terms)"
        if balance.rest_terms or balance.rest
        else ""
    )
    say()
    say(f"{account.heading}{chance}", style="bold")
    say(
        f"  {balance.base:+.2f} (no known term) {balance.total_for:+.2f} (for) "
        f"{balance.total_against:+.2f} (against){others} = {balance.score:+.2f}"
    )
    if not balance.shown:
        return
    rows = [
        (
            f"  {printable(up.words)}" if up else "",
            f"{up.value:+.2f}" if up else "",
            printable(down.words) if down else "",
            f"{down.value:+.2f}" if down else "",
        )
        for up, down in zip_longest(balance.speaking_for, balance.against)
    ]
    invocation.output.table(
        (Column("  for"), Column("", right=True), Column("against"), Column("", right=True)), rows
    )


def _say_footings(invocation: Invocation, reasons: "Reasons") -> None:
    invocation.output.table(
        (Column("section"), Column("p", right=True), Column("rests on", flexible=True)),
        (
            (
                footing.section,
                f"{footing.probability:.2f}",
                ", ".join(reasons.accounts[number].heading for number in footing.accounts),
            )
            for footing in reasons.footings
        ),
    )


def _say_near(invocation: Invocation, title: str, found: "tuple[Neighbour, ...]") -> None:
    if not found:
        return
    invocation.output.line()
    invocation.output.table(
        (
            Column(title),
            Column("alike", right=True),
            Column("shared terms"),
            Column("title", flexible=True),
        ),
        (
            (
                near.arxiv_id,
                f"{near.similarity:.2f}",
                ", ".join(term for term, _ in near.shared),
                near.title,
            )
            for near in found
        ),
    )
