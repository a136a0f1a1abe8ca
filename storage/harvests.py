"""Record which windows of arXiv's records were read to their end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import rows_json
from storage.engine.session import Session
from storage.types import Source

_NOTE = """
INSERT INTO harvest_window
SELECT incoming.source, incoming.set_name, incoming.from_day, incoming.until_day,
       incoming.answered_at, incoming.empty
FROM (SELECT unnest(from_json($rows, '[{"source": "VARCHAR", "set_name": "VARCHAR",
                                        "from_day": "DATE", "until_day": "DATE",
                                        "answered_at": "TIMESTAMP", "empty": "BOOLEAN"}]'),
                    recursive := true)) AS incoming
WHERE NOT EXISTS (
    SELECT 1 FROM harvest_window AS existing
    WHERE existing.source = incoming.source AND existing.set_name = incoming.set_name
      AND existing.from_day = incoming.from_day AND existing.until_day = incoming.until_day
      AND existing.answered_at = incoming.answered_at AND existing.empty = incoming.empty)
"""
_ALL = """
SELECT source, set_name, from_day, until_day, answered_at, empty
FROM harvest_window
ORDER BY answered_at, set_name, from_day, until_day
"""


@dataclass(frozen=True, slots=True)
class Harvest:
    """One window that was read to its end."""

    #: an OAI set; empty: all of arXiv
    set_name: str
    #: OAI datestamps (UTC), both inclusive
    from_day: date
    until_day: date
    #: by arXiv's clock
    answered_at: datetime
    #: no record came although arXiv's calendar expects some
    empty: bool = False
    source: Source = Source.OAI


class Harvests:
    """The table `harvest_window`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def note(self, harvests: Sequence[Harvest]) -> None:
        """Record windows, after everything in them is stored; the same answer is recorded once."""
        if not harvests:
            return
        rows = [
            {
                "source": harvest.source.value,
                "set_name": harvest.set_name,
                "from_day": harvest.from_day,
                "until_day": harvest.until_day,
                "answered_at": to_utc(harvest.answered_at),
                "empty": harvest.empty,
            }
            for harvest in harvests
        ]
        with self._session.transaction():
            self._session.write(_NOTE, {"rows": rows_json(rows)})

    def all(self) -> list[Harvest]:
        """Return every window, oldest first."""
        return [
            Harvest(set_name, from_day, until_day, from_utc(answered_at), empty, Source(source))
            for source, set_name, from_day, until_day, answered_at, empty in self._session.rows(
                _ALL
            )
        ]
