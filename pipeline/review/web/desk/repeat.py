"""Put a paper that the reviewer decided before into the list, and show it as any other.

The list, the card and the answer to a verdict must not tell it from a new paper: it has the
prediction that the reviewer saw then, no decision and no highlight, and the numbers of the list
have it before it comes up. In a list that says when its papers came, older papers that wait stand
in such places too, and the numbers have both kinds when they come up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request

from pipeline.review.double.older import older_due, older_waiting
from pipeline.review.double.repeats import (
    ROWS,
    Due,
    Placed,
    Turn,
    offered,
    place,
    repeated_decision,
    shows_age,
    turn_of,
)
from pipeline.review.web.context import context_of, reviewer_of
from storage.queue_filter import QueueFilter, QueueRow, QueueTally
from storage.repeats import Candidate
from storage.store import Store


@dataclass(frozen=True, slots=True)
class OldPapers:
    """What a list has of papers that are not of it."""

    #: in the list now
    placed: Placed | None = None
    #: repeats that the numbers have already, the placed one included
    coming: int = 0


def old_papers_in(store: Store, request: Request, wanted: QueueFilter, size: int = 0) -> OldPapers:
    """Return the old papers of a list of so many others; read-only."""
    context, reviewer = context_of(request), reviewer_of(request)
    turn = turn_of(store, reviewer, context.rules)
    if turn is None:
        return OldPapers()
    dated = shows_age(wanted)
    coming = 0 if dated or wanted.ids is not None else turn.coming(size)
    if turn.due is not None:
        able = _offered(store, request, turn, wanted)
        placed = _placed(store, request, wanted, able, turn.due)
        if placed is not None or not dated:
            return OldPapers(placed, min(coming, len(able)))
    elif coming:
        able_number = context.able.of(
            turn, wanted, context.clock(), lambda: len(_offered(store, request, turn, wanted))
        )
        return OldPapers(None, min(coming, able_number))
    found = older_due(store, reviewer, context.rules) if dated else None
    waiting = older_waiting(store, wanted, context.rules, context.today) if found else []
    placed = _placed(store, request, wanted, waiting, found)
    listed = wanted.announced_from is None and wanted.arrived_after is None
    return OldPapers(replace(placed, waits=True, listed=listed) if placed else None)


def _offered(store: Store, request: Request, turn: Turn, wanted: QueueFilter) -> list[QueueRow]:
    context = context_of(request)
    salt, now = str(turn.number), context.clock()
    able = offered(store, turn.reviewer, context.rules, now, salt=salt, wanted=wanted)
    return [one.row for one in able]


def _placed(
    store: Store,
    request: Request,
    wanted: QueueFilter,
    able: Sequence[QueueRow],
    found: Due | None,
) -> Placed | None:
    if not able or found is None:
        return None
    context, reviewer = context_of(request), reviewer_of(request)
    rows = store.queue.rows(wanted, limit=ROWS, today=context.today)
    kept = context.placed.of(reviewer, found, wanted)
    placed = place(rows, able, wanted, found, kept)
    if placed is not None:
        context.placed.keep(reviewer, found, wanted, placed, rows)
    return placed


def without_old_paper(wanted: QueueFilter, old: Placed | None) -> QueueFilter:
    """Return the conditions of the other papers of a list.

    A session has as many papers as were planned, so a repeat stands there for the last of them.
    """
    if old is None:
        return wanted
    if wanted.ids is not None:
        return replace(wanted, ids=wanted.ids[:-1])
    return replace(wanted, without=wanted.without | {old.row.arxiv_id}) if old.listed else wanted


def with_old_papers(tally: QueueTally, old: OldPapers, wanted: QueueFilter) -> QueueTally:
    """Return the numbers of a list with the old papers among them, also those to come."""
    placed = old.placed
    if wanted.ids is not None or (placed is not None and placed.listed):
        return tally
    more = max(old.coming, int(placed is not None))
    sections = dict(tally.sections)
    section = wanted.section or (placed.row.top_section if placed else None)
    if section:
        sections[section] = sections.get(section, 0) + (more if wanted.section else 1)
    tally = replace(tally, sections=sections, size=tally.size + more, across=tally.across + more)
    if placed is not None and placed.waits:
        return tally
    aside = wanted.below is not None
    return replace(
        tally,
        whole=tally.whole + more,
        set_aside=tally.set_aside + more * aside,
        above_limit=tally.above_limit + more * (not aside),
    )


def repeated(store: Store, request: Request, arxiv_id: str) -> Candidate | None:
    """Return what a verdict on this paper would repeat without the reviewer knowing, or None."""
    context = context_of(request)
    return repeated_decision(store, reviewer_of(request), context.rules, context.clock(), arxiv_id)
