"""Read the queue, with the filters of the page's address."""

from datetime import date, datetime

from pydantic import Field

from config.orders import PLANNED
from config.scopes import Scope
from pipeline.review.api.context import ApiContext, Call
from pipeline.review.api.cursors import Cursors
from pipeline.review.api.documents.base import CursorText, Limit, Query
from pipeline.review.api.documents.papers import QueuePage, QueueSummary, queue_entry
from pipeline.review.api.documents.problems import FieldProblem, ProblemError
from pipeline.review.api.operation import Answer, Operation
from pipeline.review.outlook.session import ids_left
from pipeline.review.selection import Recent, Selection, read_selection
from pipeline.review.visits import PREFERENCE, new_since, read_visit
from storage.calendar import announcement_day
from storage.queue_filter import LONGEST_SEARCH, QueueFilter
from storage.queue_pages import PAGED
from storage.store import Store

_DAYS = r"^(newest|week|([0-9]{4}-[0-9]{2}-[0-9]{2})?(\.\.([0-9]{4}-[0-9]{2}-[0-9]{2})?)?)$"
_ORDERS = "|".join((*PAGED, PLANNED))


class QueueFilters(Query):
    """Which waiting papers; all conditions hold together."""

    announced: str = Field(
        default="", pattern=_DAYS, description="A day, FIRST..LAST, `newest`, or `week` (to it)."
    )
    at_least: str = Field(
        default="",
        pattern=r"^(|[1-9]?[0-9](\.[0-9]{1,3})?|100)$",
        description="Percent: at least this likely in scope.",
    )
    section: str = Field(
        default="", max_length=120, description="ID of the first suggestion's section."
    )
    category: str = Field(
        default="", pattern=r"^([a-z-]{2,8}(\.[A-Za-z-]{2,18})?)?$", description="Such as cs.CV."
    )
    question: str = Field(
        default="", max_length=40, description="A facet that the model left open."
    )
    author: str = Field(
        default="", max_length=LONGEST_SEARCH, description="Words of an author's name."
    )
    search: str = Field(
        default="", max_length=LONGEST_SEARCH, description="Words and quoted phrases."
    )
    since: str = Field(
        default="",
        max_length=40,
        description="`visit`, or an instant such as 2026-11-25T08:00:00Z: arrived after it.",
    )
    set_aside: str = Field(
        default="", pattern=r"^[01]?$", description="1: only papers below the lower limit."
    )


class QueueQuery(QueueFilters):
    """A page of the queue."""

    order: str = Field(
        default="likely",
        pattern=f"^({_ORDERS})$",
        description="The reading order; `plan` is the order of your planned session.",
    )
    limit: Limit = 50
    cursor: CursorText = ""


def read_queue(
    context: ApiContext, store: Store, person: str, query: QueueQuery, listed: str = "queue"
) -> QueuePage:
    """Return a page of the queue.

    Raises:
        UsageError: a filter is not of its form, or names what does not exist.
        ProblemError: the cursor is of another list.
    """
    cursors, today = Cursors(context.secret), announcement_day(context.clock())
    after = cursors.read(listed, query, query.cursor)
    wanted = _filter(context, store, person, query)
    places: list[list[object]]
    if wanted.ids is not None:
        ids = wanted.ids[
            wanted.ids.index(after[0]) + 1 if after and after[0] in wanted.ids else 0 :
        ]
        planned = store.queue.rows_of(ids)
        asked = [one for one in ids if one in planned and one not in wanted.without]
        found = [planned[one] for one in asked][: query.limit + 1]
        places = [[row.arxiv_id] for row in found]
    else:
        placed = store.queue.pages.page(wanted, limit=query.limit + 1, today=today, after=after)
        found = [one.row for one in placed]
        places = [list(one.place) for one in placed]
    more = len(found) > query.limit
    readers = _readers(context, person)
    entries = tuple(queue_entry(row, readers.get(row.arxiv_id)) for row in found[: query.limit])
    following = cursors.write(listed, query, places[query.limit - 1]) if more else None
    return QueuePage(papers=entries, next=following)


def queue_summary(
    context: ApiContext, store: Store, person: str, query: QueueFilters
) -> QueueSummary:
    """Return how many papers wait and how many the filters select."""
    today, limits = announcement_day(context.clock()), context.limits
    closed = store.opinions.closed_to(person)
    totals = store.queue.totals(today=today, limits=limits, without=closed)
    wanted = _filter(context, store, person, query, newest=totals.newest_day)
    tally = store.queue.tally(wanted, today=today, limits=limits, totals=totals)
    return QueueSummary(
        waiting=tally.whole,
        selected=tally.size,
        set_aside=tally.set_aside,
        likely=tally.above_limit,
        newest_day=tally.newest_day,
        likely_newest_day=tally.likely_today,
        likely_week=tally.likely_week,
        sections=dict(tally.sections),
    )


def _filter(
    context: ApiContext,
    store: Store,
    person: str,
    query: QueueFilters,
    *,
    newest: date | None = None,
) -> QueueFilter:
    order = query.order if isinstance(query, QueueQuery) else "likely"
    names = set(QueueFilters.model_fields)
    selection = read_selection(
        {**query.model_dump(include=names), "order": order}, context.taxonomy
    )
    if newest is None and isinstance(selection.announced, Recent):
        today = announcement_day(context.clock())
        closed = store.opinions.closed_to(person)
        totals = store.queue.totals(today=today, limits=context.limits, without=closed)
        newest = totals.newest_day
    return selection.to_filter(
        newest_day=newest,
        limits=context.limits,
        visited_at=_visited_at(context, store, person, selection),
        planned=_planned(store, person) if order == PLANNED else None,
        without=store.opinions.closed_to(person),
    )


def _readers(context: ApiContext, person: str) -> dict[str, str]:
    """Return who else has which paper open."""
    claims = context.reading.others(person) if context.reading else {}
    return {key: claim.reviewer for key, claim in claims.items()}


def _visited_at(
    context: ApiContext, store: Store, person: str, selection: Selection
) -> datetime | None:
    if selection.since != "visit":
        return None
    visit = read_visit(store.preferences.of(person).get(PREFERENCE))
    return new_since(visit, context.clock())


def _planned(store: Store, person: str) -> tuple[str, ...]:
    left = ids_left(store, person)
    if left is None:
        detail = "You have started no session."
        raise ProblemError(
            422,
            "invalid",
            detail,
            hint="Start one with `living-survey plan`, or choose another order.",
            errors=[FieldProblem(parameter="order", detail=detail)],
        )
    return left


def _page(call: Call) -> Answer:
    with call.context.read_store() as store:
        return Answer(200, read_queue(call.context, store, call.person, call.query))


def _summary(call: Call) -> Answer:
    with call.context.read_store() as store:
        return Answer(200, queue_summary(call.context, store, call.person, call.query))


OPERATIONS = (
    Operation(
        "listQueue",
        "GET",
        "/queue",
        "List waiting papers in reading order.",
        _page,
        Scope.READ,
        {200: QueuePage},
        query=QueueQuery,
    ),
    Operation(
        "summarizeQueue",
        "GET",
        "/queue/summary",
        "Count waiting papers.",
        _summary,
        Scope.READ,
        {200: QueueSummary},
        query=QueueFilters,
    ),
)
