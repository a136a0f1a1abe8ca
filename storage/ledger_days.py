"""Find and remove days of the ledger that never were, and rows dated ahead of the clock."""

from dataclasses import dataclass
from datetime import date, datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.session import Session

#: arXiv's first day
FIRST_DAY = date(1991, 8, 14)

_OUTSIDE = "day < coalesce($before, DATE '0001-01-01') OR day > coalesce($after, DATE '9999-12-31')"
_TABLES = ("announcement", "feed_check", "feed_gap", "feed_gap_closed", "expected_day")
_FIND = f"""
SELECT min(day), max(day), count(DISTINCT day), count(DISTINCT arxiv_id)
FROM (SELECT day, arxiv_id FROM announcement
      UNION ALL SELECT day, NULL FROM feed_check
      UNION ALL SELECT day, NULL FROM feed_gap
      UNION ALL SELECT day, NULL FROM expected_day)
WHERE {_OUTSIDE}
"""  # noqa: S608  made of constants
_FIRST_READ = "SELECT min(day) FROM feed_check WHERE day >= $first"
_AHEAD = """
SELECT 'paper', count(*), max(first_seen_at) FROM paper WHERE first_seen_at > $at
UNION ALL
SELECT 'decision', count(*), max(decided_at) FROM decisions
WHERE decided_at > $at AND undone_by IS NULL
UNION ALL
SELECT 'run', count(*), max(started_at) FROM run_start JOIN run_end USING (run_id)
WHERE started_at > $at AND status = 'done'
"""
_DECISIONS_AHEAD = """
SELECT decision_id FROM decisions WHERE decided_at > $at AND undone_by IS NULL
ORDER BY decided_at, decision_id LIMIT $limit
"""


@dataclass(frozen=True, slots=True)
class DaysOutside:
    """Days of the ledger outside a span."""

    first: date | None
    last: date | None
    days: int
    #: papers announced on them
    announced: int


@dataclass(frozen=True, slots=True)
class RowsAhead:
    """Rows of one kind that are dated ahead of the clock."""

    kind: str
    rows: int
    last: datetime


class LedgerDays:
    """The days of the tables that the view `ledger` is made of."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def outside(self, before: date | None, after: date | None) -> DaysOutside:
        """Return the days before one day or after another."""
        row = self._session.row(_FIND, {"before": before, "after": after})
        assert row is not None
        return DaysOutside(*row)

    def first_read(self) -> date | None:
        """Return the first day since arXiv's beginning whose feed was read."""
        row = self._session.row(_FIRST_READ, {"first": FIRST_DAY})
        return None if row is None else row[0]

    def remove_outside(self, before: date | None, after: date | None) -> None:
        """Remove every row of the days before one day or after another."""
        parameters = {"before": before, "after": after}
        with self._session.transaction():
            for table in _TABLES:
                self._session.write(f"DELETE FROM {table} WHERE {_OUTSIDE}", parameters)  # noqa: S608
            due = _OUTSIDE.replace("day ", "due_day ")
            self._session.write(f"DELETE FROM late_arrival WHERE {due}", parameters)  # noqa: S608

    def ahead_of(self, at: datetime) -> list[RowsAhead]:
        """Return which papers, decisions and runs are dated after this instant."""
        return [
            RowsAhead(kind, rows, from_utc(last))
            for kind, rows, last in self._session.rows(_AHEAD, {"at": to_utc(at)})
            if rows
        ]

    def decisions_ahead_of(self, at: datetime, limit: int) -> list[str]:
        """Return the first standing decisions dated after this instant."""
        parameters = {"at": to_utc(at), "limit": limit}
        return [row[0] for row in self._session.rows(_DECISIONS_AHEAD, parameters)]
