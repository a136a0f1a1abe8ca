"""Store when papers were first seen and which of them arrived late."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import rows_json
from storage.engine.session import Session

# A paper submitted after it was seen has a wrong date and cannot be late. Old papers need an
# announcement, which bounds the cost after a large import.
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
SELECT incoming.arxiv_id, incoming.due_day, incoming.arrived_day, CAST($noted_at AS TIMESTAMP)
FROM (SELECT unnest(from_json($rows, '[{
          "arxiv_id": "VARCHAR", "due_day": "DATE", "arrived_day": "DATE"}]'),
          recursive := true)) AS incoming
WHERE incoming.arxiv_id NOT IN (SELECT arxiv_id FROM late_arrival)
"""
_LATE = """
SELECT arxiv_id, due_day, arrived_day
FROM late_arrival
WHERE arrived_day >= $since
ORDER BY arrived_day DESC, arxiv_id
"""


@dataclass(frozen=True, slots=True)
class Sighting:
    """When a paper was first seen."""

    arxiv_id: str
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """A recently first seen paper that may have arrived late."""

    arxiv_id: str
    primary_category: str
    submitted_at: datetime
    first_seen_at: datetime
    announced_day: date | None


@dataclass(frozen=True, slots=True)
class LateArrival:
    """A paper that arrived days after the announcement it belonged to."""

    arxiv_id: str
    due_day: date
    #: when it was announced or first seen
    arrived_day: date


class Arrivals:
    """The table `late_arrival` and the times of arrival in `paper`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def recent(self, since: datetime, *, most: int = 20_000) -> list[Sighting]:
        """Return the papers first seen since `since`, newest first."""
        return [
            Sighting(arxiv_id, from_utc(seen))
            for arxiv_id, seen in self._session.rows(
                _NEWEST, {"since": to_utc(since), "most": most}
            )
        ]

    def perhaps_late(self, since: datetime, *, submitted_since: datetime) -> list[Arrival]:
        """Return the papers seen since `since` that may be late and are not recorded as late."""
        return [
            Arrival(arxiv_id, category, from_utc(submitted), from_utc(seen), announced)
            for arxiv_id, category, submitted, seen, announced in self._session.rows(
                _PERHAPS_LATE,
                {"since": to_utc(since), "submitted_since": to_utc(submitted_since)},
            )
        ]

    def last(self) -> datetime | None:
        """Return when the newest paper was first seen."""
        row = self._session.row("SELECT max(first_seen_at) FROM paper")
        return None if row is None else from_utc(row[0])

    def note_late(self, late: Iterable[LateArrival], *, noted_at: datetime) -> int:
        """Record late arrivals, once per paper; return how many are new."""
        rows = [
            {"arxiv_id": each.arxiv_id, "due_day": each.due_day, "arrived_day": each.arrived_day}
            for each in late
        ]
        if not rows:
            return 0
        with self._session.transaction():
            return self._session.write(
                _NOTE, {"rows": rows_json(rows), "noted_at": to_utc(noted_at)}
            )

    def late(self, since: date) -> list[LateArrival]:
        """Return the papers that arrived late since a day, newest first."""
        return [LateArrival(*row) for row in self._session.rows(_LATE, {"since": since})]
