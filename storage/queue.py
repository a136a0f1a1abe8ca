"""Read the queue: predicted and undecided papers.

A list needs two queries: `rows` for the papers of a page and `items` for the one that is shown.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from config.orders import LIKELY_IN_TURN, UNCERTAIN_IN_TURN
from storage import waiting
from storage.engine.parameters import texts_json
from storage.engine.session import Row, Session
from storage.papers import Papers
from storage.predictions import Predictions
from storage.queue_filter import QueueFilter, QueueLimits, QueueRow, QueueTally
from storage.queue_sql import RETURNED, check_order, condition_of
from storage.types import QueueItem
from storage.waiting import LIKELY_PART

_ROWS = """
SELECT arxiv_id, title, in_scope, top_section, announced, open_facets, primary_category
FROM waiting
WHERE {condition}
ORDER BY {order}, arxiv_id
LIMIT $limit OFFSET $offset
"""
_ROWS_OF = """
SELECT arxiv_id, title, in_scope, top_section, announced, open_facets, primary_category
FROM waiting
WHERE arxiv_id IN (FROM listed($ids))
"""
# Alternates between both orders; a paper in both appears where it comes first. Papers beyond the
# first limit + offset of either cannot be on the page.
_MIXED = """
WITH wanted AS (SELECT * FROM waiting WHERE {condition}),
likely AS (
    FROM wanted ORDER BY in_scope DESC, arxiv_id LIMIT $limit + $offset
),
uncertain AS (
    FROM wanted ORDER BY abs(in_scope - 0.5), arxiv_id LIMIT $limit + $offset
),
turns AS (
    SELECT *, {turn} * (place // {likely}) + place % {likely} AS turn
    FROM (SELECT *, row_number() OVER (ORDER BY in_scope DESC, arxiv_id) - 1 AS place FROM likely)
    UNION ALL
    SELECT *, {turn} * (place // {uncertain}) + {likely} + place % {uncertain}
    FROM (SELECT *, row_number() OVER (ORDER BY abs(in_scope - 0.5), arxiv_id) - 1 AS place
          FROM uncertain)
)
SELECT arxiv_id, title, in_scope, top_section, announced, open_facets, primary_category
FROM turns
QUALIFY row_number() OVER (PARTITION BY arxiv_id ORDER BY turn) = 1
ORDER BY turn
LIMIT $limit OFFSET $offset
"""
_ORDER_BY = {
    "likely": "in_scope DESC",
    "uncertain": "abs(in_scope - 0.5)",
    "random": "random_place",
    "newest": "announced DESC NULLS LAST, in_scope DESC",
}
# Papers far from the likely ones are not read where enough others come before them.
_ENOUGH = f"""
SELECT count(*) FROM (
    SELECT 1 FROM waiting
    WHERE in_scope BETWEEN {LIKELY_PART} AND {1 - LIKELY_PART} AND {{condition}}
    LIMIT $limit + $offset)
"""  # noqa: S608  made of constants
_TALLY = f"""
WITH newest AS (
    SELECT max(announced) AS day
    FROM waiting
    WHERE announced <= CAST($today AS DATE) + 1 AND {RETURNED}
),
likely AS (
    SELECT count(*) AS above,
           count(*) FILTER (announced = newest.day) AS of_day,
           count(*) FILTER (announced BETWEEN newest.day - 6 AND newest.day) AS of_week
    FROM waiting, newest
    WHERE in_scope >= $likely_from AND {RETURNED}
)
SELECT (SELECT count(*) FROM waiting) - (SELECT count(*) FROM waiting WHERE waits_from > $today),
       (SELECT count(*) FROM waiting WHERE in_scope >= $set_aside_below AND {RETURNED}),
       newest.day, likely.of_day, likely.of_week, likely.above
FROM newest, likely
"""  # noqa: S608  as above
_SECTIONS = "SELECT top_section, count(*) FROM waiting WHERE {condition} GROUP BY top_section"
#: orders whose first papers are likely or uncertain ones
_OF_LIKELY = frozenset({"likely", "uncertain", "mixed"})
_DEFERRED = """
SELECT prediction.arxiv_id
FROM prediction
JOIN decisions ON decisions.arxiv_id = prediction.arxiv_id
WHERE prediction.newest AND decisions.standing AND decisions.verdict = 'deferred'
ORDER BY decisions.decided_at, prediction.arxiv_id
LIMIT $limit
"""
_COUNTS = """
SELECT top_section, count(*)
FROM queue
WHERE top_section IS NOT NULL
GROUP BY top_section
ORDER BY top_section
"""


class Queue:
    """The waiting papers."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._papers = Papers(session)
        self._predictions = Predictions(session)

    def rows(
        self, wanted: QueueFilter, *, limit: int, offset: int = 0, today: date
    ) -> list[QueueRow]:
        """Return a page in the filter's order, ties by arXiv ID.

        `today` decides which deferred papers wait again.

        Raises:
            UsageError: an unknown order, or a search that is too long.
        """
        if wanted.ids is not None:
            planned = self.rows_of(wanted.ids)
            return [planned[one] for one in wanted.ids if one in planned][offset : offset + limit]
        check_order(wanted.order)
        condition = condition_of(wanted, today)
        parameters = {**condition.parameters, "limit": limit, "offset": offset}
        sql = condition.sql
        if wanted.order in _OF_LIKELY and wanted.at_least < LIKELY_PART:
            enough = self._session.number(_ENOUGH.format(condition=sql), parameters)
            if enough == limit + offset:
                sql = f"in_scope >= {LIKELY_PART} AND {sql}"
        found = self._session.rows(_page_sql(wanted.order, sql), parameters)
        return [_queue_row(row) for row in found]

    def rows_of(self, arxiv_ids: Iterable[str]) -> dict[str, QueueRow]:
        """Return the stored rows of these papers, also of those that return on a day to come."""
        found = self._session.rows(_ROWS_OF, {"ids": texts_json(arxiv_ids)})
        return {row[0]: _queue_row(row) for row in found}

    def items(self, arxiv_ids: Iterable[str]) -> list[QueueItem]:
        """Return papers with their predictions, in the given order; unknown ones are left out."""
        ids = list(arxiv_ids)
        papers = self._papers.get_many(ids)
        predictions = self._predictions.latest(ids)
        return [
            QueueItem(papers[arxiv_id], predictions[arxiv_id], predictions[arxiv_id].in_scope)
            for arxiv_id in ids
            if arxiv_id in papers and arxiv_id in predictions
        ]

    def tally(self, wanted: QueueFilter, *, today: date, limits: QueueLimits) -> QueueTally:
        """Return how many papers the filter selects, and how the whole queue is divided."""
        within = condition_of(replace(wanted, section=None), today)
        found = self._session.rows(_SECTIONS.format(condition=within.sql), within.parameters)
        selected: dict[str | None, int] = dict(found)
        across = sum(selected.values())
        [(whole, kept, newest_day, of_day, of_week, above)] = self._session.rows(
            _TALLY,
            {
                "today": today,
                "likely_from": limits.likely_from,
                "set_aside_below": limits.set_aside_below,
            },
        )
        return QueueTally(
            sections={section: size for section, size in selected.items() if section},
            size=selected.get(wanted.section, 0) if wanted.section else across,
            across=across,
            whole=whole,
            set_aside=whole - kept,
            newest_day=newest_day,
            likely_today=of_day,
            likely_week=of_week,
            above_limit=above,
        )

    def size(self) -> int:
        """Return the number of waiting papers, as the view `queue` counts them."""
        return self._session.number("SELECT count(*) FROM queue")

    def counts(self) -> dict[str, int]:
        """Return the waiting papers by top section."""
        return dict(self._session.rows(_COUNTS))

    def begin_day(self, today: date) -> None:
        """Let the view `queue` show the deferred papers that return until this day."""
        waiting.begin_day(self._session, today)

    def rebuild(self) -> None:
        """Derive the stored queue again and sort it, so that likely papers lie together."""
        waiting.rebuild(self._session)

    def repair(self) -> int:
        """Rebuild the stored queue if it is wrong; return how many of its rows were."""
        wrong = waiting.different(self._session)
        if wrong:
            self.rebuild()
        return wrong

    def deferred(self, limit: int) -> list[QueueItem]:
        """Return deferred papers with a prediction, longest waiting first."""
        return self.items(row[0] for row in self._session.rows(_DEFERRED, {"limit": limit}))


def _queue_row(row: Row) -> QueueRow:
    arxiv_id, title, in_scope, top_section, announced, open_facets, primary_category = row
    return QueueRow(
        arxiv_id, title, in_scope, top_section, announced, tuple(open_facets), primary_category
    )


def _page_sql(order: str, condition: str) -> str:
    if order != "mixed":
        return _ROWS.format(condition=condition, order=_ORDER_BY[order])
    return _MIXED.format(
        condition=condition,
        likely=LIKELY_IN_TURN,
        uncertain=UNCERTAIN_IN_TURN,
        turn=LIKELY_IN_TURN + UNCERTAIN_IN_TURN,
    )
