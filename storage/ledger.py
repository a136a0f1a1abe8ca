"""Read the ledger: announced and held papers per day and category."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import rows_json
from storage.engine.session import Session
from storage.types import LedgerDay, LedgerStatus

_DAYS = """
SELECT day, category, announced, held, missing, status, stale, checked_at, backfilled_at, untold,
       list_sort(list_distinct([came.source FOR came IN held_from])) AS sources,
       [len([1 FOR came IN held_from IF came.source = source]) FOR source IN sources] AS numbers
FROM ledger
WHERE day >= $since
ORDER BY day DESC, category
"""
_TOTALS = """
SELECT day,
       len(list_distinct(flatten(list(announced_ids)))) AS announced,
       list_sort(list_distinct(flatten(list(missing)))) AS missing,
       list(DISTINCT status) AS statuses,
       list(category ORDER BY category) FILTER (WHERE stale) AS stale,
       bool_and(checked_at IS NULL) AS unread,
       bool_or(untold > 0) AS untold,
       coalesce(bool_and(backfilled_at IS NOT NULL) FILTER (WHERE status = 'unknown'), false)
           AS backfilled
FROM ledger
WHERE day >= $since
GROUP BY day
ORDER BY day DESC
"""
_MISSING = """
SELECT arxiv_id, min(day)
FROM announcement
WHERE day >= $since AND announce_type IN ('new', 'cross')
  AND arxiv_id NOT IN (SELECT arxiv_id FROM paper)
GROUP BY arxiv_id
ORDER BY min(day), arxiv_id
"""
_FIRST_DAYS = """
SELECT category, min(day)
FROM (SELECT category, day FROM feed_check UNION ALL SELECT category, day FROM expected_day)
GROUP BY category
"""
_READ = "SELECT DISTINCT day, category FROM feed_check WHERE day >= $since"
_EXPECT = """
INSERT INTO expected_day
SELECT incoming.day, incoming.category, CAST($noted_at AS TIMESTAMP)
FROM (SELECT unnest(from_json($rows, '[{"day": "DATE", "category": "VARCHAR"}]'),
                    recursive := true)) AS incoming
WHERE NOT EXISTS (
        SELECT 1 FROM expected_day AS existing
        WHERE existing.day = incoming.day AND existing.category = incoming.category)
  AND NOT EXISTS (
        SELECT 1 FROM feed_check AS checked
        WHERE checked.day = incoming.day AND checked.category = incoming.category)
"""
_BACKFILLED = """
INSERT INTO backfilled
SELECT incoming.* FROM (SELECT CAST($from_day AS DATE) AS from_day, CAST($until_day AS DATE)
                    AS until_day, CAST($finished_at AS TIMESTAMP) AS finished_at) AS incoming
WHERE NOT EXISTS (
    SELECT 1 FROM backfilled AS existing
    WHERE existing.from_day <= incoming.from_day AND existing.until_day >= incoming.until_day
      AND existing.finished_at > incoming.until_day + INTERVAL 1 DAY)
"""
_GAPS = """
SELECT DISTINCT day, category
FROM feed_gap
WHERE day BETWEEN $from_day AND $until_day
  AND NOT EXISTS (
        SELECT 1 FROM feed_gap_closed AS closed
        WHERE closed.day = feed_gap.day AND closed.category = feed_gap.category)
ORDER BY day, category
"""
_CLOSE = """
INSERT INTO feed_gap_closed
SELECT incoming.day, incoming.category, CAST($closed_at AS TIMESTAMP)
FROM (SELECT unnest(from_json($rows, '[{"day": "DATE", "category": "VARCHAR"}]'),
                    recursive := true)) AS incoming
"""

#: the status of a day over all categories is the first of these
_WORST_FIRST = (
    LedgerStatus.INCOMPLETE,
    LedgerStatus.UNKNOWN,
    LedgerStatus.COMPLETE,
    LedgerStatus.QUIET,
)


@dataclass(frozen=True, slots=True)
class DayTotal:
    """One day over all categories; a paper in several counts once."""

    day: date
    announced: int
    held: int
    missing: tuple[str, ...]
    status: LedgerStatus
    #: categories whose feed only repeated an earlier day
    stale: tuple[str, ...]
    unread: bool = False
    #: a backfill has harvested it for every unknown category
    backfilled: bool = False
    #: the feed of some category had unreadable items
    untold: bool = False


class Ledger:
    """The view `ledger` and the tables it needs beside the feeds."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def days(self, since: date) -> list[LedgerDay]:
        """Return the rows since a day, newest first."""
        return [
            LedgerDay(
                day=day,
                category=category,
                announced=announced,
                held=held,
                missing=tuple(missing),
                status=LedgerStatus(status),
                stale=stale,
                checked_at=from_utc(checked_at),
                backfilled_at=from_utc(backfilled_at),
                untold=untold,
                sources=dict(zip(sources, numbers, strict=True)),
            )
            for (
                day, category, announced, held, missing, status, stale, checked_at, backfilled_at,
                untold, sources, numbers,
            ) in self._session.rows(_DAYS, {"since": since})
        ]  # fmt: skip

    def totals(self, since: date) -> list[DayTotal]:
        """Return the days since a day, categories combined, newest first."""
        totals = []
        for (
            day, announced, missing, statuses, stale, unread, untold, backfilled,
        ) in self._session.rows(_TOTALS, {"since": since}):  # fmt: skip
            status = next(status for status in _WORST_FIRST if status in statuses)
            totals.append(
                DayTotal(
                    day=day,
                    announced=announced,
                    held=announced - len(missing),
                    missing=tuple(missing),
                    status=status,
                    stale=tuple(stale or ()),
                    unread=unread,
                    backfilled=backfilled,
                    untold=untold,
                )
            )
        return totals

    def missing(self, since: date) -> dict[str, date]:
        """Return the missing papers with the first day of each."""
        return dict(self._session.rows(_MISSING, {"since": since}))

    def first_days(self) -> dict[str, date]:
        """Return the first checked or expected day by category."""
        return dict(self._session.rows(_FIRST_DAYS))

    def expect(self, days: Iterable[tuple[date, str]], *, noted_at: datetime) -> int:
        """Record days and categories as expected; return how many are new."""
        rows = [{"day": day, "category": category} for day, category in days]
        if not rows:
            return 0
        with self._session.transaction():
            return self._session.write(
                _EXPECT, {"rows": rows_json(rows), "noted_at": to_utc(noted_at)}
            )

    def read_since(self, since: date) -> frozenset[tuple[date, str]]:
        """Return the days, from one on, and categories whose feed was read."""
        return frozenset(self._session.rows(_READ, {"since": since}))

    def note_backfill(self, from_day: date, until_day: date, *, finished_at: datetime) -> None:
        """Record that all sets were harvested for these OAI datestamps (inclusive)."""
        with self._session.transaction():
            self._session.write(
                _BACKFILLED,
                {
                    "from_day": from_day,
                    "until_day": until_day,
                    "finished_at": to_utc(finished_at),
                },
            )

    def gaps(self, from_day: date, until_day: date) -> list[tuple[date, str]]:
        """Return the open gaps: days (inclusive) and categories."""
        return self._session.rows(_GAPS, {"from_day": from_day, "until_day": until_day})

    def close_gaps(self, gaps: Iterable[tuple[date, str]], *, closed_at: datetime) -> None:
        """Record that all announcements of the gap are known from OAI."""
        rows = [{"day": day, "category": category} for day, category in gaps]
        if not rows:
            return
        with self._session.transaction():
            self._session.write(_CLOSE, {"rows": rows_json(rows), "closed_at": to_utc(closed_at)})
