"""Read the trail of administration."""

from pydantic import Field

from config.scopes import Scope
from pipeline.review.api.context import Call
from pipeline.review.api.cursors import Cursors
from pipeline.review.api.documents.base import CursorText, Limit, Query
from pipeline.review.api.documents.trail import TrailPage, trail_entry
from pipeline.review.api.operation import Answer, Operation


class TrailQuery(Query):
    """Which acts."""

    about: str | None = Field(
        default=None, max_length=200, description="By this person, or on this account or thing."
    )
    limit: Limit = 50
    cursor: CursorText = ""


def _list(call: Call) -> Answer:
    query: TrailQuery = call.query
    cursors = Cursors(call.context.secret)
    place = cursors.read("trail", query, query.cursor)
    before = {"before": place[0]} if place else {}
    with call.context.read_store() as store:
        found = store.trail.recent(query.limit + 1, about=query.about, **before)
    shown, more = found[: query.limit], len(found) > query.limit
    return Answer(
        200,
        TrailPage(
            acts=tuple(map(trail_entry, shown)),
            next=cursors.write("trail", query, [shown[-1].seq]) if more else None,
        ),
    )


OPERATIONS = (
    Operation(
        "listTrail",
        "GET",
        "/trail",
        "List acts of administration, the latest first.",
        _list,
        Scope.ADMIN,
        {200: TrailPage},
        query=TrailQuery,
    ),
)
