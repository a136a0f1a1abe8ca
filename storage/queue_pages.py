"""Read the queue page by page: a page begins after the last paper of the one before.

An offset reads all papers before it and moves when papers arrive; a place does neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from config.errors import UsageError
from storage.engine.session import Row, Session
from storage.queue_filter import QueueFilter, QueueRow
from storage.queue_orders import SHOWN, edges_sql, page_sql, queue_row
from storage.queue_sql import RETURNED, Condition, check_order, condition_of

_DISTANCE = "abs(in_scope - 0.5)"
_HIDDEN = f"SELECT count(*) FROM waiting WHERE NOT {RETURNED}"  # noqa: S608  a constant
#: by order: what its places consist of, before the ID
_PLACE: Mapping[str, tuple[str, ...]] = {
    "likely": ("in_scope",),
    "uncertain": (_DISTANCE,),
    "random": ("random_place",),
    "newest": ("announced", "in_scope"),
}
# The first comparison alone lets DuckDB skip blocks of rows.
_AFTER: Mapping[str, str] = {
    "likely": "in_scope <= $place_0 AND (in_scope < $place_0 OR arxiv_id > $last)",
    "uncertain": f"{_DISTANCE} >= $place_0 AND ({_DISTANCE} > $place_0 OR arxiv_id > $last)",
    "random": "random_place >= $place_0 AND (random_place > $place_0 OR arxiv_id > $last)",
    "newest": (
        "(announced IS NULL OR announced < CAST($place_0 AS DATE)"
        " OR announced = CAST($place_0 AS DATE) AND"
        " (in_scope < $place_1 OR in_scope = $place_1 AND arxiv_id > $last))"
    ),
}
_AFTER_UNDATED = (
    "announced IS NULL AND $place_0 IS NULL"
    " AND (in_scope < $place_1 OR in_scope = $place_1 AND arxiv_id > $last)"
)
# Without ties, so that an edge is found without reading the IDs of millions.
_BEYOND: Mapping[str, str] = {
    "likely": "in_scope < $place_0",
    "uncertain": f"{_DISTANCE} > $place_0",
    "random": "random_place > $place_0",
    "newest": "(announced < CAST($place_0 AS DATE) OR announced IS NULL)",
}
#: orders that have places; the mixed order depends on how many papers come before
PAGED = tuple(_PLACE)


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A waiting paper and its place in the order."""

    row: QueueRow
    place: tuple[float | int | str | None, ...]


class QueuePages:
    """The table `waiting`, in one of the orders of `PAGED`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def page(
        self,
        wanted: QueueFilter,
        *,
        limit: int,
        today: date,
        after: Sequence[float | int | str | None] | None = None,
    ) -> list[PlacedRow]:
        """Return the papers after a place in the filter's order; None: the first.

        Raises:
            UsageError: an order without places, or a search that is too long.
        """
        order = wanted.order
        check_order(order)
        if order not in _PLACE:
            raise UsageError(
                f"The order {order} has no pages.", hint=f"Use one of: {', '.join(_PLACE)}."
            )
        hidden = today if self._session.number(_HIDDEN, {"today": today}) else None
        condition = condition_of(wanted, hidden_after=hidden)
        sql, parameters = condition.sql, dict(condition.parameters)
        undated = after is not None and order == "newest" and after[0] is None
        edges: Row = ()
        if wanted.announced_from is None and not undated:  # as `Queue` does
            edges = self._edges(order, condition, after, limit)
        if after is not None:
            *place, parameters["last"] = after
            parameters |= {f"place_{number}": one for number, one in enumerate(place)}
            sql = f"({sql}) AND {_AFTER_UNDATED if undated else _AFTER[order]}"
        named = {f"edge_{number}": edge for number, edge in enumerate(edges)}
        columns = ", ".join((SHOWN, *_PLACE[order]))
        rows = self._session.rows(
            page_sql(order, sql, edges=bool(edges), columns=columns),
            {**parameters, **named, "limit": limit, "offset": 0},
        )
        return [_placed(row) for row in rows]

    def _edges(
        self,
        order: str,
        condition: Condition,
        after: Sequence[float | int | str | None] | None,
        limit: int,
    ) -> Row:
        """Return how far the sorted column of a page reaches, or a little further."""
        sql, parameters = condition.sql, {**condition.parameters, "most": limit}
        if after is not None:
            sql, parameters["place_0"] = f"({sql}) AND {_BEYOND[order]}", after[0]
        [edges] = self._session.rows(edges_sql(order, sql), parameters)
        if after is not None and edges[0] is None:  # only ties are left
            return (after[0],)
        return edges


def _placed(row: Row) -> PlacedRow:
    shown, place = row[:7], row[7:]
    texts = (one.isoformat() if isinstance(one, date) else one for one in place)
    return PlacedRow(queue_row(shown), (*texts, shown[0]))
