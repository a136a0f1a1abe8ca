"""`team`: who is to read what, who is away, and what waits for each person."""

from datetime import datetime
from typing import Annotated

import typer

from config.errors import UsageError
from config.section_names import find_section
from pipeline.cli.answer import Answer, Column, Text, table
from pipeline.cli.command import DAY, Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.cli.team_board import contradicting_of
from pipeline.review.double.rules import rules_of
from pipeline.review.proposal import reviewer_name
from pipeline.review.selection import read_selection
from pipeline.review.team import acts
from pipeline.review.team.acts import By
from pipeline.review.team.board import COMPARED, Board, PersonRow, make_board
from pipeline.runtime.plurals import counted
from pipeline.runtime.queue_words import limits_of
from pipeline.runtime.services import Services, open_services
from storage.absences import Absence
from storage.assignments import Assignment
from storage.calendar import announcement_day
from storage.claims import Claims

_COLUMNS = (
    Column("person", flexible=True),
    Column("waiting", right=True),
    Column("against rulings", right=True),
    Column("minutes", right=True),
    Column("in 7 days", right=True),
    Column("to read", flexible=True),
    Column("state"),
)
_Sections = Annotated[
    list[str] | None,
    typer.Option("--section", metavar="ID", help="Section: its ID, name or heading; repeatable."),
]
_To = Annotated[str, typer.Option("--to", metavar="NAME", help="Who is to read.")]
_By = Annotated[str | None, typer.Option("--reviewer", metavar="NAME", help="Who does it.")]


@command("board", examples="living-survey team\nliving-survey team board --json")
def board(
    invocation: Invocation,
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="For whom the board is shown.")
    ] = None,
) -> Answer:
    """Show what waits for each person, and how long it will take them.

    Likely papers of the person's sections, and the papers of the person's batches. Minutes are
    those of the person's own pace.
    """
    services = open_services(invocation.settings, read_only=True)
    now, limits = services.clock(), limits_of(services.settings)
    contradicting = contradicting_of(services, limits)
    claims = Claims(services.settings.database.path).standing(now)
    with services.open_store() as store:
        made = make_board(
            store,
            now,
            today=announcement_day(now),
            limits=limits,
            claims=claims,
            contradicting=contradicting,
            viewer=reviewer or reviewer_of(services.settings),
            rules=rules_of(services.settings.team, services.taxonomy),
        )
    return Answer(made, _board_lines(made))


@command(
    "assign",
    examples="""
    living-survey team assign --section agents --to ada
    living-survey team assign --batch 50 --to bo
    living-survey team assign --batch 9 --section agents --order newest --to bo
    """,
)
def assign(
    invocation: Invocation,
    to: _To,
    section: _Sections = None,
    batch: Annotated[
        int | None,
        typer.Option(metavar="N", help="The first N waiting papers that are in no batch."),
    ] = None,
    announced: Annotated[
        str, typer.Option(metavar="DAYS", help="Of the batch: as `queue` takes it.")
    ] = "",
    at_least: Annotated[
        str, typer.Option(metavar="PERCENT", help="Of the batch: as `queue` takes it.")
    ] = "",
    order: Annotated[
        str, typer.Option(metavar="ORDER", help="Of the batch: as `queue` takes it.")
    ] = "",
    reviewer: _By = None,
) -> Answer:
    """Let somebody read the papers of sections, or a batch of papers.

    Several people may have one section. What is assigned to no one is everybody's.
    """
    services = open_services(invocation.settings)
    by = _by(services, reviewer)
    if batch is None:
        if not section:
            raise UsageError("What is to be assigned?", hint="Name --section or --batch.")
        with services.open_store() as store:
            done = acts.assign_sections(store, services.taxonomy, section, to, by)
        lines = [f"{one}: to be read by {done.reviewer}." for one in done.sections]
        lines += [f"{one}: {done.reviewer} had it already." for one in done.already]
        return Answer(done, tuple(lines))
    if section and len(section) > 1:
        raise UsageError("A batch is of one section or of all.", hint="Make a batch of each.")
    texts = {"announced": announced, "at_least": at_least, "order": order,
             "section": section[0] if section else ""}  # fmt: skip
    selection = read_selection(texts, services.taxonomy)
    today, limits = announcement_day(by.at), limits_of(services.settings)
    with services.open_store() as store:
        newest = store.queue.totals(today=today, limits=limits).newest_day
        wanted = selection.to_filter(newest_day=newest, limits=limits)
        done = acts.assign_batch(store, wanted, batch, to, by, today=today)
    return Answer(
        done, (f"batch {done.batch}: {counted(done.papers, 'paper')} for {done.reviewer}.",)
    )


@command(
    "release",
    examples="""
    living-survey team release --section agents
    living-survey team release --batch 7
    living-survey team release --of bo
    """,
)
def release(
    invocation: Invocation,
    section: _Sections = None,
    batch: Annotated[
        list[int] | None, typer.Option(metavar="NUMBER", help="As `team board` shows it.")
    ] = None,
    of: Annotated[
        str, typer.Option(metavar="NAME", help="Only this person's; alone: all of them.")
    ] = "",
    reviewer: _By = None,
) -> Answer:
    """End assignments; their papers are everybody's again."""
    services = open_services(invocation.settings)
    named = [find_section(services.taxonomy, one).id for one in section or ()]
    with services.open_store() as store:
        by = _by(services, reviewer)
        ended = acts.release(store, by, sections=named, batches=batch or (), of=of)
    lines = [f"{_what(one)} of {one.reviewer} is released." for one in ended]
    return Answer({"released": ended}, tuple(lines) or ("Nothing of this is assigned.",))


@command(
    "away",
    examples="""
    living-survey team away bo --from 2026-12-20 --until 2027-01-06
    living-survey team away bo
    living-survey team away bo --back
    """,
)
def away(
    invocation: Invocation,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    first: Annotated[
        datetime | None, typer.Option("--from", formats=[DAY], help="First day. Default: today.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=[DAY], help="Last day. Default: until --back.")
    ] = None,
    reviewer: _By = None,
    *,
    back: Annotated[
        bool, typer.Option("--back", help="The person is here again; absences to come too end.")
    ] = False,
) -> Answer:
    """Note that somebody is away; what they are to read is everybody's meanwhile.

    Papers that they read just now are free at once.
    """
    services = open_services(invocation.settings)
    by = _by(services, reviewer)
    if back:
        if first or until:
            raise UsageError("--back is from today on.", hint="Leave out --from and --until.")
        with services.open_store() as store:
            done = acts.note_return(store, name, by)
        said = "is here again" if done.ended else "was not away"
        return Answer(done, (f"{done.reviewer} {said}.",))
    begins = first.date() if first else by.at.date()
    ends = until.date() if until else None
    claims = Claims(services.settings.database.path)
    with services.open_store() as store:
        done = acts.note_absence(store, claims, Absence(name, begins, ends), by)
    last = f"until {ends}" if ends else "until `living-survey team away NAME --back`"
    freed = f" {counted(done.claims, 'claimed paper')} freed." if done.claims else ""
    return Answer(done, (f"{done.reviewer} is away from {begins} {last}.{freed}",))


def _by(services: Services, reviewer: str | None) -> By:
    name = reviewer_name(reviewer) if reviewer is not None else reviewer_of(services.settings)
    return By(name, services.clock())


def _what(one: Assignment) -> str:
    return one.section if one.section is not None else f"batch {one.number}"


def _board_lines(board: Board) -> Text:
    if not board.people:
        return ("No one has decided yet, and nothing is assigned.",)
    returned = f"; meanwhile also {', '.join(board.returned)}" if board.returned else ""
    part = f"; compared with rulings: {COMPARED} of them" if board.is_compared_in_part else ""
    waiting = counted(board.waiting, "likely paper")
    return (
        table(_COLUMNS, [_cells(one) for one in board.people]),
        f"everybody's: {board.unassigned:,} of {waiting}{returned}{part}",
        *_short(board),
    )


def _short(board: Board) -> tuple[str, ...]:
    if board.too_few is None:
        return ()
    people = counted(board.too_few, "person", "people")
    said = "can read just now, and two must agree on some papers: their words wait for a second"
    return (f"{people} {said} person.",)


def _cells(one: PersonRow) -> tuple[str, ...]:
    batches = [f"batch {each.number} ({each.waiting} of {each.papers})" for each in one.batches]
    return (
        one.name,
        f"{one.waiting:,}",
        "-" if one.contradicting is None else str(one.contradicting),
        f"{'' if one.is_measured else 'about '}{one.minutes:.0f}",
        str(one.decided),
        ", ".join((*one.sections, *batches)) or "-",
        _state(one),
    )


def _state(one: PersonRow) -> str:
    if one.is_closed:
        return "disabled"
    if one.is_away:
        return f"away until {one.away_until}" if one.away_until else "away"
    reads = [f"reads {one.reading[0]}"] if one.reading else []
    return ", ".join([*reads, *([f"away from {one.away_from}"] if one.away_from else [])])
