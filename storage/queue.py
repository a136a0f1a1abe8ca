"""Read the queue: predicted and undecided papers.

A list needs two queries: `rows` for the papers of a page and `items` for the one that is shown.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from storage import waiting
from storage.engine.parameters import texts_json
from storage.engine.session import Row, Session
from storage.followed import Followed
from storage.papers import Papers
from storage.predictions import Predictions
from storage.queue_filter import QueueFilter, QueueLimits, QueueRow, QueueTally
from storage.queue_orders import SHOWN, edges_sql, followed_page_sql, page_sql, queue_row
from storage.queue_pages import QueuePages
from storage.queue_sql import NOT_CLOSED, RETURNED, Condition, check_order, condition_of
from storage.types import QueueItem

_ROWS_OF = f"SELECT {SHOWN} FROM waiting WHERE arxiv_id IN (FROM listed($ids))"  # noqa: S608  constant
_HIDDEN = f"SELECT count(*) FROM waiting WHERE NOT {RETURNED}"  # noqa: S608  a constant
_HIDDEN_AND_FOLLOWED = f"""
SELECT ({_HIDDEN}), (SELECT count(*) FROM followed), (SELECT min(least_in_scope) FROM following)
"""  # noqa: S608  constants
_CLOSED = f"SELECT count(*) FROM waiting WHERE {RETURNED} AND NOT ({NOT_CLOSED})"  # noqa: S608  constants
# The last day by its order, because that skips blocks which hold only earlier days.
_TOTALS = """
WITH newest AS (
    SELECT (
        SELECT announced FROM waiting
        WHERE announced <= CAST($today AS DATE) + 1{returned}
        ORDER BY announced DESC LIMIT 1) AS day
),
part AS (
    SELECT count(*) FILTER (in_scope >= $set_aside_below) AS kept,
           count(*) FILTER (in_scope >= $likely_from) AS above,
           count(*) FILTER (in_scope >= $likely_from AND announced = newest.day) AS of_day,
           count(*) FILTER (in_scope >= $likely_from
                            AND announced BETWEEN newest.day - 6 AND newest.day) AS of_week
    FROM waiting, newest
    WHERE in_scope >= least($likely_from, $set_aside_below){returned}
)
SELECT (SELECT count(*) FROM waiting) - (SELECT count(*) FROM waiting WHERE waits_from > $today),
       part.kept, newest.day, part.of_day, part.of_week, part.above
FROM newest, part
"""
_FOUND = """
SELECT count(*), count(*) FILTER (in_scope < $set_aside_below),
       count(*) FILTER (in_scope >= $likely_from),
       count(*) FILTER (in_scope >= $likely_from AND announced = CAST($newest_day AS DATE)),
       count(*) FILTER (in_scope >= $likely_from
                        AND announced BETWEEN CAST($newest_day AS DATE) - 6
                                          AND CAST($newest_day AS DATE))
FROM waiting
WHERE {condition}
"""
_SECTIONS = "SELECT top_section, count(*) FROM waiting WHERE {condition} GROUP BY top_section"
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
        #: the order of likely papers after decisions that the model has not learned from
        self.followed = Followed(session)
        #: the same papers, page by page
        self.pages = QueuePages(session)

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
            asked = [one for one in wanted.ids if one in planned and one not in wanted.without]
            return [planned[one] for one in asked][offset : offset + limit]
        return [queue_row(row) for row in self._page(SHOWN, wanted, limit, offset, today)]

    def ids(
        self, wanted: QueueFilter, *, limit: int, offset: int = 0, today: date
    ) -> tuple[str, ...]:
        """Return the papers of a page as `rows` does, without reading what a list shows of them."""
        if wanted.ids is not None:
            planned = self.rows_of(wanted.ids)
            asked = [one for one in wanted.ids if one in planned and one not in wanted.without]
            return tuple(asked[offset : offset + limit])
        return tuple(row[0] for row in self._page("arxiv_id", wanted, limit, offset, today))

    def _page(
        self, columns: str, wanted: QueueFilter, limit: int, offset: int, today: date
    ) -> list[Row]:
        check_order(wanted.order)
        [(hidden, scored, least)] = self._session.rows(_HIDDEN_AND_FOLLOWED, {"today": today})
        condition = condition_of(wanted, hidden_after=today if hidden else None)
        if wanted.order == "likely" and least is not None:
            return self._followed_page(
                columns, condition, limit=limit, offset=offset, scored=scored, least=least
            )
        edges: Row = ()
        # a few days are few papers, which need no edges
        if wanted.announced_from is None or wanted.order == "mixed":
            parameters = {**condition.parameters, "most": limit + offset}
            [edges] = self._session.rows(edges_sql(wanted.order, condition.sql), parameters)
        named = {f"edge_{number}": edge for number, edge in enumerate(edges)}
        return self._session.rows(
            page_sql(wanted.order, condition.sql, edges=bool(edges), columns=columns),
            {**condition.parameters, **named, "limit": limit, "offset": offset},
        )

    def _followed_page(
        self,
        columns: str,
        condition: Condition,
        *,
        limit: int,
        offset: int,
        scored: int,
        least: float,
    ) -> list[Row]:
        most = limit + offset + scored
        [(edge,)] = self._session.rows(
            edges_sql("likely", condition.sql), {**condition.parameters, "most": most}
        )
        return self._session.rows(
            followed_page_sql(condition.sql, columns),
            {
                **condition.parameters,
                "edge_0": edge,
                "least": least,
                "limit": limit,
                "offset": offset,
            },
        )

    def rows_of(self, arxiv_ids: Iterable[str]) -> dict[str, QueueRow]:
        """Return the stored rows of these papers, also of those that return on a day to come."""
        found = self._session.rows(_ROWS_OF, {"ids": texts_json(arxiv_ids)})
        return {row[0]: queue_row(row) for row in found}

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

    def totals(
        self, *, today: date, limits: QueueLimits, without: frozenset[str] = frozenset()
    ) -> QueueTally:
        """Return how the whole queue is divided, without its sections.

        `without` are papers that do not wait for one reviewer.
        """
        returning = self._session.number(_HIDDEN, {"today": today})
        closed = {"without": texts_json(sorted(without))} if without else {}
        conditions = [RETURNED] * bool(returning) + [NOT_CLOSED] * bool(without)
        [(whole, kept, newest_day, of_day, of_week, above)] = self._session.rows(
            _TOTALS.format(returned="".join(f" AND {one}" for one in conditions)),
            {
                "today": today,
                "likely_from": limits.likely_from,
                "set_aside_below": limits.set_aside_below,
                **closed,
            },
        )
        if without:
            whole -= self._session.number(_CLOSED, {"today": today, **closed})
        return QueueTally(
            sections={},
            size=whole,
            across=whole,
            whole=whole,
            set_aside=whole - kept,
            newest_day=newest_day,
            likely_today=of_day,
            likely_week=of_week,
            above_limit=above,
            returning=returning,
        )

    def tally(
        self,
        wanted: QueueFilter,
        *,
        today: date,
        limits: QueueLimits,
        totals: QueueTally | None = None,
    ) -> QueueTally:
        """Return how many papers the filter selects, and how the whole queue is divided.

        `totals` are of the same lease, if they were read before.
        """
        totals = totals or self.totals(today=today, limits=limits, without=wanted.without)
        hidden_after = today if totals.returning else None
        within = condition_of(replace(wanted, section=None), hidden_after=hidden_after)
        found = self._session.rows(_SECTIONS.format(condition=within.sql), within.parameters)
        selected: dict[str | None, int] = dict(found)
        across = sum(selected.values())
        return replace(
            totals,
            sections={section: size for section, size in selected.items() if section},
            size=selected.get(wanted.section, 0) if wanted.section else across,
            across=across,
        )

    def found(
        self, wanted: QueueFilter, *, today: date, limits: QueueLimits, totals: QueueTally
    ) -> QueueTally:
        """Return how the papers that the filter selects are divided, without their sections.

        `totals` are of the whole queue, from the same lease.
        """
        hidden_after = today if totals.returning else None
        condition = condition_of(wanted, hidden_after=hidden_after)
        [(size, aside, likely, of_day, of_week)] = self._session.rows(
            _FOUND.format(condition=condition.sql),
            {
                **condition.parameters,
                "likely_from": limits.likely_from,
                "set_aside_below": limits.set_aside_below,
                "newest_day": totals.newest_day,
            },
        )
        return replace(
            totals,
            sections={},
            size=size,
            across=size,
            whole=size,
            set_aside=aside,
            likely_today=of_day,
            likely_week=of_week,
            above_limit=likely,
        )

    def _hidden_after(self, today: date) -> date | None:
        """Return `today` if a deferred paper returns later; else None, which is faster."""
        return today if self._session.number(_HIDDEN, {"today": today}) else None

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
