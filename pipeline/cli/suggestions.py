"""`suggestions`: what authors and readers suggest, and what becomes of it."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated

import typer

from config.errors import LivingSurveyError
from config.tex.text import plain_text
from config.visible import one_line
from pipeline.cli.answer import Answer, Column, Heading, Table, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.cli.ended import check_fetching
from pipeline.cli.session import arxiv_session, session
from pipeline.cli.suggestions_import import import_
from pipeline.learn.classify import classify
from pipeline.publish.subscribers.keys import key_path, subscriber_keys
from pipeline.publish.subscribers.links import SubscriberLinks
from pipeline.review.double.keep import Opined
from pipeline.review.double.rules import rules_of
from pipeline.review.judge import Stale
from pipeline.review.suggested.find import of_case
from pipeline.review.suggested.settle import Settled, reopen, take_up, turn_down
from pipeline.review.suggested.settle import answer as answer_case
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services, check_database, open_services
from pipeline.suggestions.checks import waiting_sentence
from pipeline.suggestions.issue_form import issue_form
from pipeline.suggestions.labels import LANGUAGES
from pipeline.suggestions.lookup import fetch_suggested
from storage.suggestion_types import (
    Suggestion,
    SuggestionAct,
    SuggestionCase,
    SuggestionState,
)

__all__ = ["import_"]

_Case = Annotated[str, typer.Argument(metavar="CASE", help="KIND:PAPER, or a suggestion's ID.")]
_One = Annotated[str, typer.Argument(metavar="ID", help="A suggestion's ID.", show_default=False)]
_Person = Annotated[str | None, typer.Option(metavar="NAME", help="Who does it.")]
_Because = Annotated[
    str, typer.Option(metavar="TEXT", help="What the people who asked read.", show_default=False)
]
_KEPT = "kept as your word: it is made when another person takes it up too"
_KEPT_APART = "kept as your word; another person said otherwise: `living-survey conflicts`"
_COLUMNS = (
    Column("case", flexible=True),
    Column("askers", right=True),
    Column("since"),
    Column("suggested", flexible=True),
    Column("title", flexible=True, below=True),
)
_SETTLED_COLUMNS = (
    Column("suggestion"),
    Column("case", flexible=True),
    Column("state"),
    Column("received"),
    Column("by", flexible=True),
)


@dataclass(frozen=True, slots=True)
class SuggestionList:
    """Open cases, and the sentence of how many wait."""

    waiting: str
    cases: tuple[SuggestionCase, ...]


@command(
    "list",
    examples="""
    living-survey suggestions list
    living-survey suggestions list --state applied --limit 100
    """,
)
def list_(
    invocation: Invocation,
    state: Annotated[
        list[SuggestionState] | None,
        typer.Option(metavar="STATE", help="Suggestions in this state instead."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many to list.")] = 50,
) -> Answer:
    """List what waits for an answer, one line for all who suggest the same.

    Missing papers are decided as any other, corrections with `suggestions apply` or `refuse`.
    """
    services = open_services(invocation.settings, read_only=True)
    if state:
        with services.open_store() as store:
            found = store.suggestions.all(state, limit)
        settled = (
            (one.suggestion_id, one.case, one.state.value, _day(one.received_at), _by(one))
            for one in found
        )
        lines: tuple[str | Table, ...] = (table(_SETTLED_COLUMNS, settled),) if found else ("none",)
        return Answer({"suggestions": found}, lines)
    with services.open_store() as store:
        cases = tuple(store.suggestions.cases(limit=limit))
        waiting = waiting_sentence(store.suggestions.count(), services.clock())
        titles = store.papers.titles(one.arxiv_id for one in cases)
    if not cases:
        return Answer(SuggestionList("", ()), ("No suggestion waits.",))
    rows = (
        (
            one.case,
            one.askers,
            _day(one.first_at),
            one_line("; ".join(one.values)),
            one_line(plain_text(titles.get(one.arxiv_id, "")[:500])) or "not held yet",
        )
        for one in cases
    )
    return Answer(SuggestionList(waiting, cases), (waiting, table(_COLUMNS, rows)))


@command("show", examples="living-survey suggestions show wrong-section:2603.00001")
def show(invocation: Invocation, case: _Case) -> Answer:
    """Show every suggestion of a case: who says what, and how it stands.

    Names are as given and not verified. The address of the page that the person sees is shown if
    this survey has a public address.
    """
    services = open_services(invocation.settings, read_only=True)
    with services.open_store() as store:
        found = of_case(store, case)
        one = None if found else store.suggestions.find(case)
        title = store.papers.titles([one.arxiv_id for one in found])
    found = found or ([one] if one else [])
    if not found:
        raise LivingSurveyError(
            f"There is no suggestion {case[:60]!r}.", hint="`living-survey suggestions` lists them."
        )
    links = _links(services)
    named = one_line(plain_text(next(iter(title.values()), "")[:500]))
    lines: list[str | Heading] = [Heading(f"{found[0].case} {named}".strip())]
    report = []
    for each in found:
        page = links.suggestion(each.suggestion_id) if links else ""
        report.append({**asdict(each), "page": page})
        lines += list(_lines(each, page))
    return Answer({"suggestions": report}, tuple(lines))


@command(
    "apply",
    examples="""
    living-survey suggestions apply 3f0c5d1e
    living-survey suggestions apply 3f0c5d1e --section agents
    living-survey suggestions apply 3f0c5d1e --undo
    """,
)
def apply(
    invocation: Invocation,
    suggestion: _One,
    section: Annotated[
        list[str] | None,
        typer.Option(metavar="SECTION", help="Of a wrong section: the right one, if another."),
    ] = None,
    reviewer: _Person = None,
    *,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take back what was done about it, with its change.")
    ] = False,
) -> Answer:
    """Make a correction that was suggested, in one change.

    A section becomes a decision of yours, venue and code become facts with their source, a double
    is rejected. arXiv's own record is never edited: arXiv is asked again. People who agreed to be
    named are credited. Where two people read a paper, another section needs both of them.
    """
    services = open_services(invocation.settings)
    name = reviewer or reviewer_of(invocation.settings)
    if undo:
        taken = reopen(services.open_store, suggestion, reviewer=name, clock=services.clock)
        return Answer(taken, (f"open again: {taken.suggestions[0].case}",))
    outcome = take_up(
        services.open_store,
        services.taxonomy,
        suggestion,
        reviewer=name,
        sections=section or (),
        reasons=services.settings.review.reasons,
        clock=services.clock,
        team=rules_of(services.settings.team, services.taxonomy),
    )
    if isinstance(outcome, Opined):
        return Answer(outcome, (_KEPT_APART if outcome.differs else _KEPT,))
    if isinstance(outcome, Stale):
        raise LivingSurveyError(f"Nothing was recorded. {outcome.cause}", hint="Look at it again.")
    return Answer(outcome, _settled(outcome, "applied"))


@command(
    "refuse",
    examples="""
    living-survey suggestions refuse 3f0c5d1e --because "It edits."
    living-survey suggestions refuse withdrawn:2603.00001 --because "No."
    """,
)
def refuse(
    invocation: Invocation, case: _Case, because: _Because, reviewer: _Person = None
) -> Answer:
    """Refuse a correction with a reason.

    The people who asked read the reason on their pages; those who left an address get a mail.
    CASE names all who suggest the same kind of thing of a paper, such as wrong-section:2603.00001;
    the ID of a suggestion, or its beginning, names that one alone. Nothing else changes.
    `suggestions apply ID --undo` opens what was refused again. Missing papers are not refused but
    rejected with `decide`, spam is closed with `suggestions close`.
    """
    return _turned_down(invocation, case, because, reviewer, SuggestionAct.REFUSED)


@command(
    "close", examples='living-survey suggestions close missing-paper:2603.00001 --because "Spam."'
)
def close(
    invocation: Invocation, case: _Case, because: _Because, reviewer: _Person = None
) -> Answer:
    """Close a case without a decision, with a reason that the askers read."""
    return _turned_down(invocation, case, because, reviewer, SuggestionAct.CLOSED)


@command(
    "answer",
    examples='living-survey suggestions answer 3f0c5d1e --text "Which dataset?"',
)
def answer(
    invocation: Invocation,
    case: _Case,
    text: Annotated[str, typer.Option(metavar="TEXT", help="What they read.", show_default=False)],
    person: _Person = None,
) -> Answer:
    """Write to the people of a case; it settles nothing.

    They read it on their pages.
    """
    services = open_services(invocation.settings)
    found = answer_case(
        services.open_store,
        case,
        text=text,
        person=person or reviewer_of(invocation.settings),
        clock=services.clock,
    )
    return Answer({"suggestions": found}, (f"{counted(len(found), 'person', 'people')} answered",))


@command("fetch", examples="living-survey suggestions fetch")
def fetch(invocation: Invocation) -> Answer:
    """Look up at arXiv the papers that suggestions wait for, as `run` does.

    It also erases mail addresses that were kept long enough.
    """
    check_database(invocation.settings, create=False)
    check_fetching(invocation.settings)
    with arxiv_session(invocation, "suggestions fetch", lock=None) as (opened, arxiv):
        report = fetch_suggested(opened.services, arxiv, opened.run)
        if report.found:
            classify(opened.services, opened.run)
    named = (("found", report.found), ("arXiv has no", report.unknown))
    lines = tuple(f"{label} {', '.join(keys)}" for label, keys in named if keys)
    return Answer(report, lines or ("No suggested paper is to be looked up.",))


@command(
    "form",
    examples="living-survey suggestions form > .github/ISSUE_TEMPLATE/suggestion.yml",
)
def form(
    invocation: Invocation,
    language: Annotated[
        str, typer.Option(metavar="en|zh", help="The language of the form.")
    ] = "en",
) -> Answer:
    """Print the issue form for .github/ISSUE_TEMPLATE, with your sections."""
    if language not in LANGUAGES:
        raise typer.BadParameter("en or zh", param_hint="--language")
    services = open_services(invocation.settings, read_only=True)
    text = issue_form(services.taxonomy, language)
    return Answer({"form": text}, tuple(text.rstrip("\n").split("\n")))


def _turned_down(
    invocation: Invocation, case: str, because: str, reviewer: str | None, act: SuggestionAct
) -> Answer:
    services = open_services(invocation.settings)
    with session(invocation, f"suggestions {act.value}") as opened:
        settled = turn_down(
            opened.services.open_store,
            case,
            because=because,
            reviewer=reviewer or reviewer_of(invocation.settings),
            clock=services.clock,
            act=act,
        )
    return Answer(settled, _settled(settled, act.value))


def _settled(settled: Settled, verb: str) -> tuple[str, ...]:
    people = counted(len(settled.suggestions), "suggestion")
    return (f"{verb}: {settled.suggestions[0].case} ({people})",)


def _lines(one: Suggestion, page: str) -> Iterator[str]:
    yield f"{one.suggestion_id}  {one.state}  {_day(one.received_at)}, {one.channel}, {_by(one)}"
    if one.old_value or one.new_value:
        yield f"  was        {one_line(one.old_value) or 'nothing'}"
        yield f"  suggested  {one_line(one.new_value) or 'nothing'}"
    yield from (f"  {line}" for line in one.note.split("\n") if line)
    if one.settled_by:
        yield f"  {one.state} by {one.settled_by}: {one_line(one.detail)}"
    if one.answer:
        yield f"  answered   {one_line(one.answer)}"
    if page:
        yield f"  page       {page}"


def _by(one: Suggestion) -> str:
    """Return who says so; nothing of it is verified."""
    name = f"{one_line(one.name)} (not verified)" if one.name else "no name"
    said = {"author": ", says to be an author", "reader": ", says to be a reader"}
    return name + said.get(one.relation.value, "")


def _links(services: Services) -> SubscriberLinks | None:
    settings = services.settings
    if not settings.subscribers.url or not key_path(settings.database.path).exists():
        return None
    keys = subscriber_keys(settings.database.path)
    return SubscriberLinks(settings.subscribers.url, keys.tokens)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
