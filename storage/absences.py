"""Record when people of a team are away. Append-only."""

from dataclasses import dataclass
from datetime import date, datetime

from storage.engine.instants import to_utc
from storage.engine.session import Session

_AWAY = """
INSERT INTO absence_event
SELECT next.seq, next.seq, 'away', $reviewer, CAST($first_day AS DATE), CAST($last_day AS DATE),
       $actor, CAST($happened_at AS TIMESTAMP)
FROM (SELECT coalesce(max(seq), 0) + 1 AS seq FROM absence_event) AS next
"""
_BACK = """
INSERT INTO absence_event
SELECT (SELECT max(seq) FROM absence_event) + row_number() OVER (ORDER BY absence_id),
       absence_id, 'back', reviewer, CAST($day AS DATE), NULL, $actor,
       CAST($happened_at AS TIMESTAMP)
FROM absences
WHERE reviewer = $reviewer AND (last_day IS NULL OR last_day >= CAST($day AS DATE))
"""
_FROM = """
SELECT reviewer, first_day, last_day FROM absences
WHERE (last_day IS NULL OR last_day >= CAST($day AS DATE))
  AND (last_day IS NULL OR last_day >= first_day)
ORDER BY first_day, absence_id
"""


@dataclass(frozen=True, slots=True)
class Absence:
    """Days on which somebody is away, both inclusive."""

    reviewer: str
    first_day: date
    #: None: it has no end yet
    last_day: date | None

    def covers(self, day: date) -> bool:
        """Return whether the person is away on a day."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


class Absences:
    """The table `absence_event`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, absence: Absence, *, actor: str, at: datetime) -> None:
        """Record that somebody is away."""
        self._session.write(
            _AWAY,
            {
                "reviewer": absence.reviewer,
                "first_day": absence.first_day,
                "last_day": absence.last_day,
                "actor": actor,
                "happened_at": to_utc(at),
            },
        )

    def end(self, reviewer: str, day: date, *, actor: str, at: datetime) -> int:
        """Record that somebody is back from a day on; return how many absences that ended."""
        return self._session.write(
            _BACK,
            {"reviewer": reviewer, "day": day, "actor": actor, "happened_at": to_utc(at)},
        )

    def since(self, day: date) -> tuple[Absence, ...]:
        """Return the absences that are not over on a day, also those to come."""
        return tuple(Absence(*row) for row in self._session.rows(_FROM, {"day": day}))
