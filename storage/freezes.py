"""Record that the survey ends, or that it goes on after all. Append-only."""

from dataclasses import dataclass
from datetime import date, datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.session import Session

_ADD = """
INSERT INTO freeze_act
SELECT (SELECT coalesce(max(seq), 0) + 1 FROM freeze_act), $kind, $person,
       CAST($happened_at AS TIMESTAMP), CAST($ends_on AS DATE), $notice
"""
_STANDING = "SELECT ends_on, notice, person, happened_at FROM freezes WHERE stands"


@dataclass(frozen=True, slots=True)
class Freeze:
    """A recorded end of the survey."""

    #: from this day on (UTC) nothing is fetched; the issue of its week is the last
    ends_on: date
    #: what readers are told, on one line
    notice: str
    person: str
    happened_at: datetime


class Freezes:
    """The table `freeze_act`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, new: Freeze) -> None:
        """Record the end."""
        self._write("freeze", new.person, new.happened_at, new.ends_on, new.notice)

    def undo(self, person: str, at: datetime) -> None:
        """Record that the end was taken back."""
        self._write("undo", person, at, None, None)

    def standing(self) -> Freeze | None:
        """Return the end that was not taken back, or None."""
        rows = self._session.rows(_STANDING)
        if not rows:
            return None
        [(ends_on, notice, person, happened_at)] = rows
        return Freeze(ends_on, notice, person, from_utc(happened_at))

    def last_at(self) -> datetime | None:
        """Return when the survey was last ended or taken up again; None: never."""
        [(last,)] = self._session.rows("SELECT max(happened_at) FROM freeze_act")
        return from_utc(last)

    def _write(
        self, kind: str, person: str, at: datetime, ends_on: date | None, notice: str | None
    ) -> None:
        with self._session.transaction():
            self._session.write(
                _ADD,
                {
                    "kind": kind,
                    "person": person,
                    "happened_at": to_utc(at),
                    "ends_on": None if ends_on is None else ends_on.isoformat(),
                    "notice": notice,
                },
            )
