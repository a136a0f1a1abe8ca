"""The ledger: per day and category, what was announced against what we hold.

Computed from what `storage/announcements.py` writes; only silent days and harvested windows are
written here.
"""

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
_EXPECT = """
INSERT INTO expected_day
SELECT told.day, told.category, CAST($noted_at AS TIMESTAMP)
FROM (SELECT unnest(from_json($rows, '[{"day": "DATE", "category": "VARCHAR"}]'),
                    recursive := true)) AS told
WHERE NOT EXISTS (
        SELECT 1 FROM expected_day AS held
        WHERE held.day = told.day AND held.category = told.category)
  AND NOT EXISTS (
        SELECT 1 FROM feed_check AS looked
        WHERE looked.day = told.day AND looked.category = told.category)
"""
_BACKFILLED = """
INSERT INTO backfilled
SELECT told.* FROM (SELECT CAST($from_day AS DATE) AS from_day, CAST($until_day AS DATE)
                    AS until_day, CAST($finished_at AS TIMESTAMP) AS finished_at) AS told
WHERE NOT EXISTS (
    SELECT 1 FROM backfilled AS held
    WHERE held.from_day <= told.from_day AND held.until_day >= told.until_day
      AND held.finished_at > told.until_day + INTERVAL 1 DAY)
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
SELECT told.day, told.category, CAST($closed_at AS TIMESTAMP)
FROM (SELECT unnest(from_json($rows, '[{"day": "DATE", "category": "VARCHAR"}]'),
                    recursive := true)) AS told
"""

#: what one word for all categories of a day is taken from: the first of these that occurs
_WORST_FIRST = (
    LedgerStatus.INCOMPLETE,
    LedgerStatus.UNKNOWN,
    LedgerStatus.COMPLETE,
    LedgerStatus.QUIET,
)


@dataclass(frozen=True, slots=True)
class DayTotal:
    """One announcement day over all categories; a paper in several counts once."""

    day: date
    announced: int
    held: int
    missing: tuple[str, ...]
    #: the worst of its categories': incomplete, unknown, complete, quiet
    status: LedgerStatus
    #: categories whose feed only repeated an earlier day
    stale: tuple[str, ...]
    #: nobody read that day's feed, for any category
    unread: bool = False
    #: a backfill has harvested it since, for every category that is unknown
    backfilled: bool = False
    #: its feed was not told whole, for some category
    untold: bool = False


class Ledger:
    """The view `ledger` and the tables `expected_day`, `backfilled` and `feed_gap_closed`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def days(self, since: date) -> list[LedgerDay]:
        """Return the days from `since` on, each with every category, newest first."""
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
        """Return the days from `since` on with the categories taken together, newest first."""
        totals = []
        for (
            day, announced, missing, statuses, stale, unread, untold, backfilled,
        ) in self._session.rows(_TOTALS, {"since": since}):  # fmt: skip
            status = next(one for one in _WORST_FIRST if one in statuses)
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
        """Return the papers announced from `since` on that we do not hold, with the first day."""
        return dict(self._session.rows(_MISSING, {"since": since}))

    def first_days(self) -> dict[str, date]:
        """Return for each category the first day that was ever looked at or expected."""
        return dict(self._session.rows(_FIRST_DAYS))

    def expect(self, days: Iterable[tuple[date, str]], *, noted_at: datetime) -> int:
        """Write down days and categories nobody has looked at yet; return how many were new.

        They stand in the ledger as `unknown` until a feed of that day is read.
        """
        rows = [{"day": day, "category": category} for day, category in days]
        if not rows:
            return 0
        with self._session.transaction():
            return self._session.write(
                _EXPECT, {"rows": rows_json(rows), "noted_at": to_utc(noted_at)}
            )

    def note_backfill(self, from_day: date, until_day: date, *, finished_at: datetime) -> None:
        """Write down that all sets were harvested for these OAI datestamps, both inclusive."""
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
        """Return the days and categories whose feed did not tell all, both days inclusive."""
        return self._session.rows(_GAPS, {"from_day": from_day, "until_day": until_day})

    def close_gaps(self, gaps: Iterable[tuple[date, str]], *, closed_at: datetime) -> None:
        """Write down that all that was announced then in these categories has come otherwise."""
        rows = [{"day": day, "category": category} for day, category in gaps]
        if not rows:
            return
        with self._session.transaction():
            self._session.write(_CLOSE, {"rows": rows_json(rows), "closed_at": to_utc(closed_at)})
