"""Read pages of the queue: predicted and undecided papers.

IDs are found first, because sorting whole rows is slow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.errors import UsageError
from config.orders import LIKELY_IN_TURN, ORDERS, UNCERTAIN_IN_TURN
from storage.engine.session import Row, Session
from storage.papers import Papers
from storage.predictions import Predictions
from storage.types import QueueItem

_WANTED = """
WHERE queue.in_scope >= $at_least AND coalesce(queue.top_section = $section, $section IS NULL)
"""
_PAGE = """
SELECT queue.arxiv_id, queue.priority
FROM queue {join}
{wanted}
ORDER BY {order}, queue.arxiv_id
LIMIT $limit OFFSET $offset
"""
# Alternates between both orders; a paper in both appears where it comes first. Papers beyond the
# first limit + offset of either cannot be on the page.
_MIXED = """
WITH waiting AS (SELECT arxiv_id, in_scope, priority FROM queue {wanted}),
likely AS (
    FROM waiting ORDER BY in_scope DESC, arxiv_id LIMIT $limit + $offset
),
uncertain AS (
    FROM waiting ORDER BY abs(in_scope - 0.5), arxiv_id LIMIT $limit + $offset
),
turns AS (
    SELECT arxiv_id, priority, {turn} * (place // {likely}) + place % {likely} AS turn
    FROM (SELECT *, row_number() OVER (ORDER BY in_scope DESC, arxiv_id) - 1 AS place FROM likely)
    UNION ALL
    SELECT arxiv_id, priority, {turn} * (place // {uncertain}) + {likely} + place % {uncertain}
    FROM (SELECT *, row_number() OVER (ORDER BY abs(in_scope - 0.5), arxiv_id) - 1 AS place
          FROM uncertain)
)
SELECT arxiv_id, any_value(priority)
FROM turns
GROUP BY arxiv_id
ORDER BY min(turn)
LIMIT $limit OFFSET $offset
"""
_JOIN = "JOIN paper ON paper.arxiv_id = queue.arxiv_id"
_SORTED = {
    "likely": _PAGE.format(order="queue.in_scope DESC", join="", wanted=_WANTED),
    "uncertain": _PAGE.format(order="abs(queue.in_scope - 0.5)", join="", wanted=_WANTED),
    "random": _PAGE.format(order="queue.random_place", join="", wanted=_WANTED),
    "newest": _PAGE.format(order="paper.submitted_at DESC NULLS LAST", join=_JOIN, wanted=_WANTED),
    "mixed": _MIXED.format(
        wanted=_WANTED,
        likely=LIKELY_IN_TURN,
        uncertain=UNCERTAIN_IN_TURN,
        turn=LIKELY_IN_TURN + UNCERTAIN_IN_TURN,
    ),
}
# Searches only the best predictions, because joining all with their decisions takes longer.
_LIKELIEST = """
SELECT min(in_scope)
FROM (SELECT in_scope FROM prediction
      WHERE newest AND coalesce(top_section = $section, $section IS NULL)
      ORDER BY in_scope DESC
      LIMIT $most)
"""
_DECIDED = "SELECT count(*) FROM decision_event"
#: above this the search costs as much as it saves
_MOST_LIKELIEST = 5_000
_DEFERRED = """
SELECT prediction.arxiv_id, prediction.in_scope
FROM prediction
JOIN decisions ON decisions.arxiv_id = prediction.arxiv_id
WHERE prediction.newest AND decisions.standing AND decisions.verdict = 'deferred'
ORDER BY decisions.decided_at, prediction.arxiv_id
LIMIT $limit
"""
_TALLY = """
SELECT top_section, count(*) FILTER (in_scope >= $at_least), count(*)
FROM queue
GROUP BY top_section
"""
_COUNTS = """
SELECT top_section, count(*)
FROM queue
WHERE in_scope >= $at_least AND top_section IS NOT NULL
GROUP BY top_section
ORDER BY top_section
"""


@dataclass(frozen=True, slots=True)
class QueueTally:
    """How many papers wait."""

    #: likely enough papers by top section
    sections: Mapping[str, int]
    #: all likely enough papers
    size: int
    #: all papers, whatever their probability
    whole: int


class Queue:
    """The view `queue`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._papers = Papers(session)
        self._predictions = Predictions(session)

    def page(
        self,
        *,
        section: str | None = None,
        limit: int = 50,
        offset: int = 0,
        order: str = "likely",
        at_least: float = 0.0,
    ) -> list[QueueItem]:
        """Return a page in an order of `ORDERS`, ties by arXiv ID; raise UsageError for another."""
        if order not in ORDERS:
            raise UsageError(
                f"The queue has no order {order!r}.", hint=f"Use one of: {', '.join(ORDERS)}."
            )
        asked = {"section": section, "limit": limit, "offset": offset, "at_least": at_least}
        if order == "likely" and (least := self._likeliest(section, limit + offset)) is not None:
            best = self._session.rows(_SORTED[order], {**asked, "at_least": max(at_least, least)})
            if len(best) == limit:
                return self._items(best)
        return self._items(self._session.rows(_SORTED[order], asked))

    def _likeliest(self, section: str | None, wanted: int) -> float | None:
        """Return a probability that `wanted` waiting papers probably reach, or None."""
        most = 200 + 4 * wanted + self._session.number(_DECIDED)
        if most > _MOST_LIKELIEST:
            return None
        row = self._session.row(_LIKELIEST, {"section": section, "most": most})
        return None if row is None else row[0]

    def deferred(self, limit: int) -> list[QueueItem]:
        """Return deferred papers with a prediction, longest waiting first."""
        return self._items(self._session.rows(_DEFERRED, {"limit": limit}))

    def tally(self, *, at_least: float = 0.0) -> QueueTally:
        """Return `counts`, `size` and the size of the whole queue."""
        rows = self._session.rows(_TALLY, {"at_least": at_least})
        return QueueTally(
            sections={section: count for section, count, _ in rows if section and count},
            size=sum(count for _, count, _ in rows),
            whole=sum(whole for _, _, whole in rows),
        )

    def counts(self, *, at_least: float = 0.0) -> dict[str, int]:
        """Return the waiting papers by top section."""
        return dict(self._session.rows(_COUNTS, {"at_least": at_least}))

    def size(self, *, at_least: float = 0.0) -> int:
        """Return the number of waiting papers."""
        return self._session.number(
            "SELECT count(*) FROM queue WHERE in_scope >= $at_least", {"at_least": at_least}
        )

    def _items(self, rows: Sequence[Row]) -> list[QueueItem]:
        ids = [arxiv_id for arxiv_id, _ in rows]
        papers = self._papers.get_many(ids)
        predictions = self._predictions.latest(ids)
        return [
            QueueItem(papers[arxiv_id], predictions[arxiv_id], priority)
            for arxiv_id, priority in rows
            if arxiv_id in papers
        ]
