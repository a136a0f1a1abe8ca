"""Arrivals: when papers were first seen here, and which of them came late. Decides nothing.

What "late" means is the calendar's business (`pipeline/ingest/ledger.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import rows_json
from storage.engine.session import Session

# What claims to have been submitted after it was seen has a wrong date and cannot be late.
# Predictable cost: an import makes hundreds of thousands of old papers "first seen lately", and of
# those only the ones that a feed announced can be late.
_PERHAPS_LATE = """
WITH listed_ids AS (
    SELECT DISTINCT arxiv_id FROM announcement WHERE announce_type IN ('new', 'cross')
),
fresh AS (
    SELECT arxiv_id, primary_category, submitted_at, first_seen_at
    FROM paper
    WHERE first_seen_at >= $since AND submitted_at < first_seen_at + INTERVAL 2 DAY
      AND (submitted_at >= $submitted_since OR arxiv_id IN (SELECT arxiv_id FROM listed_ids))
      AND arxiv_id NOT IN (SELECT arxiv_id FROM late_arrival)
)
SELECT fresh.*, (SELECT min(day) FROM announcement
                 WHERE announcement.arxiv_id = fresh.arxiv_id
                   AND announce_type IN ('new', 'cross')) AS announced_day
FROM fresh
ORDER BY arxiv_id
"""
_NEWEST = """
SELECT arxiv_id, first_seen_at
FROM paper
WHERE first_seen_at >= $since
ORDER BY first_seen_at DESC, arxiv_id DESC
LIMIT $most
"""
_NOTE = """
INSERT INTO late_arrival
SELECT told.arxiv_id, told.due_day, told.arrived_day, CAST($noted_at AS TIMESTAMP)
FROM (SELECT unnest(from_json($rows, '[{
          "arxiv_id": "VARCHAR", "due_day": "DATE", "arrived_day": "DATE"}]'),
          recursive := true)) AS told
WHERE told.arxiv_id NOT IN (SELECT arxiv_id FROM late_arrival)
"""
_LATE = """
SELECT arxiv_id, due_day, arrived_day
FROM late_arrival
WHERE arrived_day >= $since
ORDER BY arrived_day DESC, arxiv_id
"""


@dataclass(frozen=True, slots=True)
class Sighting:
    """When a paper was first seen here."""

    arxiv_id: str
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """A paper that was first seen lately and may have come late."""

    arxiv_id: str
    primary_category: str
    submitted_at: datetime
    first_seen_at: datetime
    #: the first day a feed announced it, None if no feed did
    announced_day: date | None


@dataclass(frozen=True, slots=True)
class LateArrival:
    """A paper that came days after the announcement it belonged to."""

    arxiv_id: str
    due_day: date
    #: when it was announced, or first seen here
    arrived_day: date


class Arrivals:
    """The table `late_arrival`, and the first sightings in `paper`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def recent(self, since: datetime, *, most: int = 20_000) -> list[Sighting]:
        """Return the papers first seen last, at or after an instant, newest first."""
        return [
            Sighting(arxiv_id, from_utc(seen))
            for arxiv_id, seen in self._session.rows(
                _NEWEST, {"since": to_utc(since), "most": most}
            )
        ]

    def perhaps_late(self, since: datetime, *, submitted_since: datetime) -> list[Arrival]:
        """Return the papers first seen at or after an instant that may have come late.

        Those are the ones that a feed announced or that were submitted since; what is known to be
        late already is left out.
        """
        return [
            Arrival(arxiv_id, category, from_utc(submitted), from_utc(seen), announced)
            for arxiv_id, category, submitted, seen, announced in self._session.rows(
                _PERHAPS_LATE,
                {"since": to_utc(since), "submitted_since": to_utc(submitted_since)},
            )
        ]

    def last(self) -> datetime | None:
        """Return when a paper was first seen last; None if we hold none."""
        row = self._session.row("SELECT max(first_seen_at) FROM paper")
        return None if row is None else from_utc(row[0])

    def note_late(self, late: Iterable[LateArrival], *, noted_at: datetime) -> int:
        """Write down late arrivals, each paper once; return how many were new."""
        rows = [
            {"arxiv_id": one.arxiv_id, "due_day": one.due_day, "arrived_day": one.arrived_day}
            for one in late
        ]
        if not rows:
            return 0
        with self._session.transaction():
            return self._session.write(
                _NOTE, {"rows": rows_json(rows), "noted_at": to_utc(noted_at)}
            )

    def late(self, since: date) -> list[LateArrival]:
        """Return the papers that came late from a day on, newest first."""
        return [LateArrival(*row) for row in self._session.rows(_LATE, {"since": since})]
