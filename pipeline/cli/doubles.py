"""`doubles`: papers that are perhaps the same work, and a reviewer's answer."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from config.errors import LivingSurveyError, UsageError
from config.tex.text import plain_text
from config.visible import one_line
from pipeline.cli.answer import Answer, Column, Heading, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.review.judge import Stale
from pipeline.review.same_work import AnsweredPair, PairView, answer_pair, pair_view, undo_answer
from pipeline.runtime.services import Services, open_services
from storage.errors import PaperNotFoundError
from storage.same_work import Answer as Said
from storage.same_work import Pair
from storage.typed_ids import read_key

_Paper = Annotated[str | None, typer.Argument(metavar="ID", show_default=False)]
_Other = Annotated[str | None, typer.Argument(metavar="OTHER", show_default=False)]


@command(
    "doubles",
    examples="""
    living-survey doubles
    living-survey doubles 2603.01234 2512.04321
    living-survey doubles 2603.01234 2512.04321 --keep 2512.04321
    living-survey doubles 2603.01234 2512.04321 --different
    living-survey doubles 2603.01234 2512.04321 --undo
    """,
)
def doubles(
    invocation: Invocation,
    paper: _Paper = None,
    other: _Other = None,
    keep: Annotated[
        str | None,
        typer.Option(metavar="ID", help="They are one work, and this one is listed."),
    ] = None,
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose answer it is.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Pairs to list.")] = 30,
    offset: Annotated[int, typer.Option(min=0, help="Pairs to skip.")] = 0,
    *,
    different: Annotated[bool, typer.Option("--different", help="They are two works.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take the answer back.")] = False,
) -> Answer:
    """Show papers that are perhaps the same work, and answer.

    They have the same title or nearly, and an author in common, or the same abstract, or a comment
    that names the other. The paper that is not kept is rejected as a duplicate. A pair that was
    answered is not asked again.
    """
    acts = (keep is not None) + different + undo
    if acts > 1:
        raise UsageError("A pair has one answer.", hint="Give one of the options.")
    services = open_services(invocation.settings, read_only=not acts)
    if paper is None or other is None:
        if acts or paper:
            raise UsageError(
                "Two arXiv IDs are needed.", hint="`living-survey doubles` lists the pairs."
            )
        return _list(services, limit, offset)
    name = reviewer or reviewer_of(invocation.settings)
    if undo:
        taken = undo_answer(services.open_store, paper, other, reviewer=name, clock=services.clock)
        return Answer(taken, (f"{taken.first_id} and {taken.second_id}: asked again",))
    if not acts:
        return _show(services, read_key(paper), read_key(other))
    outcome = answer_pair(
        services.open_store,
        services.taxonomy,
        paper,
        other,
        keeps=keep,
        reviewer=name,
        reasons=services.settings.review.reasons,
        clock=services.clock,
    )
    if isinstance(outcome, Stale):
        raise LivingSurveyError(
            f"Nothing was recorded. {outcome.cause}",
            hint=f"`living-survey doubles {paper} {other} --undo` takes that answer back.",
        )
    return Answer(outcome, tuple(_said(outcome)))


def _list(services: Services, limit: int, offset: int) -> Answer:
    with services.open_store() as store:
        total = store.same_work.count()
        pairs = store.same_work.open(limit=limit, offset=offset)
        titles = store.papers.titles({key for p in pairs for key in (p.first_id, p.second_id)})
    columns = (
        Column("arXiv ids"),
        Column("are"),
        Column("why"),
        Column("titles", flexible=True, below=True),
    )
    rows = (
        (
            f"{pair.first_id} {pair.second_id}",
            f"{pair.first_verdict or 'waiting'}, {pair.second_verdict or 'waiting'}",
            one_line(pair.said) if pair.said else pair.why,
            _titles(pair, titles),
        )
        for pair in pairs
    )
    if not pairs:
        return Answer({"open": total, "pairs": []}, ("no open pair",))
    return Answer(
        {"open": total, "pairs": [asdict(pair) for pair in pairs]},
        (
            table(columns, rows),
            f"{len(pairs)} of {total} open; compare two with `living-survey doubles ID OTHER`",
        ),
    )


def _titles(pair: Pair, titles: dict[str, str]) -> str:
    first, second = (plain_text(titles.get(key, "")) for key in (pair.first_id, pair.second_id))
    return first if first == second else f"{first} / {second}"


def _show(services: Services, one: str, other: str) -> Answer:
    with services.open_store() as store:
        view = pair_view(store, one, other)
        held = store.papers.held([one, other])
    if view is None:
        raise PaperNotFoundError([key for key in (one, other) if key not in held])
    return Answer(view, tuple(_text(view)))


def _text(view: PairView) -> Iterator[str | Heading]:
    names = [stored.paper.arxiv_id for stored in view.papers]
    for name, decision in zip(names, view.decisions, strict=True):
        yield f"{name} is {decision.verdict if decision else 'not decided'}"
    for field in view.fields:
        if not (field.old or field.new):
            continue
        yield Heading(field.kind.replace("_", " "))
        if field.old == field.new:
            yield f"both: {plain_text(field.old)}"
        else:
            yield from (
                f"{name}: {plain_text(text) or '-'}"
                for name, text in zip(names, (field.old, field.new), strict=True)
            )
    if view.answered:
        yield f"{view.answered.reviewer} said: {view.answered.answer}"
    else:
        yield "answer with --keep ID or --different"


def _said(outcome: AnsweredPair) -> Iterator[str]:
    one = outcome.answered
    if one.answer is Said.DIFFERENT:
        yield f"{one.first_id} and {one.second_id} are two works"
        return
    yield f"{one.first_id} and {one.second_id} are one work; listed is {one.keeps}"
    if outcome.decision:
        yield f"{outcome.decision.arxiv_id} rejected (decision {outcome.decision.decision_id})"
