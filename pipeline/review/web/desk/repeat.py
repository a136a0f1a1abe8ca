"""Put a paper that the reviewer decided before into the list, and show it as any other.

The list, the card and the answer to a verdict must not tell it from a new paper: it has the
prediction that the reviewer saw then, no decision and no highlight.
"""

from dataclasses import replace

from starlette.requests import Request

from pipeline.review.double.repeats import Placed, candidates, due, fits, place, repeated_decision
from pipeline.review.web.context import context_of, reviewer_of
from storage.queue_filter import QueueFilter, QueueLimits, QueueRow, QueueTally
from storage.repeats import Candidate
from storage.store import Store

#: rows of the list that a place is looked for in
_ROWS = 30


def repeat_in(store: Store, request: Request, wanted: QueueFilter) -> Placed | None:
    """Return the repeated paper of a list with its place, or None; read-only."""
    context, reviewer = context_of(request), reviewer_of(request)
    if not context.rules.repeats or not fits(wanted):
        return None
    offered = candidates(store, reviewer, context.rules, context.clock())
    if not offered:
        return None
    rows = store.queue.rows(wanted, limit=_ROWS, today=context.today)
    found = due(store, reviewer, context.rules)
    return place(rows, offered, wanted, found) if found else None


def row_of(one: Candidate) -> QueueRow:
    """Return the row that the list shows."""
    return QueueRow(
        one.arxiv_id,
        one.title,
        one.in_scope,
        one.top_section,
        one.announced,
        (),
        one.primary_category,
    )


def with_repeat(tally: QueueTally, repeat: Placed | None, limits: QueueLimits) -> QueueTally:
    """Return the numbers of a list with the repeated paper among them."""
    if repeat is None:
        return tally
    one = repeat.candidate
    sections = dict(tally.sections)
    if one.top_section:
        sections[one.top_section] = sections.get(one.top_section, 0) + 1
    return replace(
        tally,
        sections=sections,
        size=tally.size + 1,
        across=tally.across + 1,
        whole=tally.whole + 1,
        set_aside=tally.set_aside + (one.in_scope < limits.set_aside_below),
        above_limit=tally.above_limit + (one.in_scope >= limits.likely_from),
    )


def repeated(store: Store, request: Request, arxiv_id: str) -> Candidate | None:
    """Return what a verdict on this paper would repeat without the reviewer knowing, or None."""
    context = context_of(request)
    return repeated_decision(store, reviewer_of(request), context.rules, context.clock(), arxiv_id)
