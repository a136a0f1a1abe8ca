"""`conflicts`: papers on which two people differ, and the third word."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Annotated

import typer

from config.errors import UsageError
from config.tex.text import plain_text
from pipeline.cli.answer import Answer, Column, Text, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.cli.decide_one import answer_of
from pipeline.cli.missing_reason import notes_of
from pipeline.review.conflicts import Conflict, conflicts, give_third
from pipeline.review.double.rules import rules_of
from pipeline.review.lone_words import Ended, give_back, lone_words, release
from pipeline.review.proposal import propose
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services, open_services
from storage.opinion_types import Opinion

_Paper = Annotated[str | None, typer.Argument(metavar="ID", show_default=False)]
_Verdict = Annotated[str | None, typer.Argument(metavar="approve|reject|defer", show_default=False)]


@command(
    "conflicts",
    examples="""
    living-survey conflicts
    living-survey conflicts 2603.01234 approve --section agents
    living-survey conflicts 2603.01234 reject --reason no-language
    living-survey conflicts --release-lone
    living-survey conflicts --return-lone
    """,
)
def show_conflicts(
    invocation: Invocation,
    paper: _Paper = None,
    verdict: _Verdict = None,
    section: Annotated[
        list[str] | None, typer.Option("--section", help="Of an approval; repeatable.")
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="CODE", help="Of a rejection.")] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="Why.")] = None,
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose third word it is.")
    ] = None,
    *,
    release_lone: Annotated[
        bool,
        typer.Option(
            "--release-lone", help="Make words that need no second one any more decisions."
        ),
    ] = False,
    return_lone: Annotated[
        bool,
        typer.Option("--return-lone", help="Take such words back: their papers wait again."),
    ] = False,
) -> Answer:
    """Show papers on which two people differ, and give the third word.

    With `[team] double_review` two people read a paper without knowing of each other. What both say
    is decided; where they differ, a third person sees both words and decides. Words that wait for a
    second person are not shown. If double review was turned off meanwhile, first words may be left
    over: they are counted, and stay what they are until they are released or returned.
    """
    if release_lone + return_lone + (paper is not None) > 1:
        raise UsageError("These are different acts.", hint="Give one of them.")
    acts = release_lone or return_lone or paper is not None
    services = open_services(invocation.settings, read_only=not acts)
    name = reviewer or reviewer_of(invocation.settings)
    if paper is not None:
        if verdict is None:
            raise UsageError("The verdict is missing.", hint="Name approve, reject or defer.")
        proposal = propose(
            services.taxonomy,
            arxiv_id=paper,
            verdict=verdict,
            sections=section or (),
            reviewer=name,
            note=note,
            reason=reason,
            reasons=invocation.settings.review.reasons,
            unexplained=True,
        )
        done = give_third(
            services.open_store,
            services.taxonomy,
            proposal,
            rules=rules_of(services.settings.team, services.taxonomy),
            is_admin=True,
            clock=services.clock,
        )
        answer = answer_of(done.decision, outcome="recorded")
        return replace(answer, notes=notes_of([proposal], invocation.settings.review.reasons))
    if release_lone or return_lone:
        end = release if release_lone else give_back
        rules = rules_of(services.settings.team, services.taxonomy)
        return _ended(
            end(
                services.open_store,
                services.taxonomy,
                rules=rules,
                actor=name,
                clock=services.clock,
            )
        )
    return _list(services)


def _list(services: Services) -> Answer:
    rules = rules_of(services.settings.team, services.taxonomy)
    with services.open_store() as store:
        found = conflicts(store)
        lone = len(lone_words(store, services.taxonomy, rules))
    columns = (
        Column("arXiv id"),
        Column("first"),
        Column("second"),
        Column("title", flexible=True, below=True),
    )
    rows = ((one.arxiv_id, *_words(one), plain_text(one.title)) for one in found)
    line = f"{counted(len(found), 'paper waits', 'papers wait')} for a third word"
    way = "; give it with `living-survey conflicts ID approve|reject`"
    text: Text = (table(columns, rows), line + way) if found else (line,)
    notes = []
    if lone:
        notes.append(
            f"{counted(lone, 'first word needs', 'first words need')} no second one any more:"
            " `--release-lone` makes them decisions, `--return-lone` takes them back."
        )
    return Answer(
        {"conflicts": [_item(one) for one in found], "lone_words": lone}, text, tuple(notes)
    )


def _item(one: Conflict) -> dict[str, object]:
    return {
        "arxiv_id": one.arxiv_id,
        "title": one.title,
        "taken_back": one.taken_back,
        "against": asdict(one.against) if one.against else None,
        "words": [asdict(word) for word in one.words],
    }


def _words(one: Conflict) -> tuple[str, str]:
    """Return both words, or the decision that stands and the one that would change it."""
    if one.against is not None:
        about = f" ({', '.join(one.against.sections)})" if one.against.sections else ""
        stands = f"stands: {one.against.verdict}{about} by {one.against.reviewer}"
        return stands, said(one.words[-1])
    return said(one.words[0]), said(one.words[1])


def said(word: Opinion) -> str:
    """Return a word in one cell."""
    about = ", ".join(word.sections) or word.reason or ""
    return f"{word.reviewer}: {word.verdict}{f' ({about})' if about else ''}"


def _ended(done: Ended) -> Answer:
    notes = (f"left: {one.arxiv_id}: {one.cause}" for one in done.left_out)
    return Answer(done, tuple(_lines(done)), tuple(notes), status=1 if done.left_out else 0)


def _lines(done: Ended) -> Iterator[str]:
    if done.released:
        yield f"{counted(len(done.released), 'word is a decision', 'words are decisions')} now"
    if done.returned:
        yield f"{counted(len(done.returned), 'word')} taken back; the papers wait again"
    if not (done.released or done.returned):
        yield "no word was left over"
