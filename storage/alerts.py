"""Record alarms and what was told about them. Append-only."""

from collections.abc import Sequence
from datetime import datetime

from storage.alert_types import AlertEvent, AlertKind, AlertRow, NewAlertEvent
from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import rows_json
from storage.engine.session import Row, Session

_COLUMNS = (
    "seq, alarm, kind, cause, happened_at, level, sentence, remedy, about, way, message, person,"
    " detail"
)
_ADD = """
INSERT INTO alert_event
SELECT seq, coalesce(alarm, seq), cause, kind, happened_at, level, sentence, remedy, about, way,
       message, person, detail
FROM (SELECT unnest(from_json($rows, '[{"seq": "BIGINT", "alarm": "BIGINT", "cause": "VARCHAR",
      "kind": "VARCHAR", "happened_at": "TIMESTAMP", "level": "BIGINT", "sentence": "VARCHAR",
      "remedy": "VARCHAR", "about": "BIGINT", "way": "VARCHAR", "message": "VARCHAR",
      "person": "VARCHAR", "detail": "VARCHAR"}]'), recursive := true))
"""
_RECENT = f"""
SELECT {_COLUMNS} FROM alert_event
WHERE alarm NOT IN (
    SELECT alarm FROM alert_event
    WHERE kind IN ('cleared', 'ended') AND happened_at < CAST($since AS TIMESTAMP))
ORDER BY seq
"""  # noqa: S608  made of constants
_ROWS = """
SELECT alert_id, cause, sentence, remedy, status, raised_at, told_at, accepted_by, reason, over_at
FROM alerts
WHERE status <> 'over' OR $all
ORDER BY alert_id DESC
LIMIT $most
"""


class Alerts:
    """The table `alert_event`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, events: Sequence[NewAlertEvent]) -> list[int]:
        """Record events in one transaction; return their numbers."""
        if not events:
            return []
        with self._session.transaction():
            first = self._session.number("SELECT coalesce(max(seq), 0) + 1 FROM alert_event")
            numbers = list(range(first, first + len(events)))
            rows = [_row(seq, event) for seq, event in zip(numbers, events, strict=True)]
            self._session.write(_ADD, {"rows": rows_json(rows)})
        return numbers

    def events(self, since: datetime) -> list[AlertEvent]:
        """Return all events of the alarms that stand or ended after an instant, oldest first."""
        return [_event(row) for row in self._session.rows(_RECENT, {"since": to_utc(since)})]

    def open(self) -> list[AlertRow]:
        """Return the alarms that stand, accepted or not, the newest first."""
        return self._rows(all_=False, most=10_000)

    def history(self, most: int) -> list[AlertRow]:
        """Return the newest alarms, over or not."""
        return self._rows(all_=True, most=most)

    def _rows(self, *, all_: bool, most: int) -> list[AlertRow]:
        found = self._session.rows(_ROWS, {"all": all_, "most": most})
        return [
            AlertRow(
                alert_id=number,
                cause=cause,
                sentence=sentence,
                remedy=remedy,
                status=status,
                raised_at=from_utc(raised_at),
                told_at=from_utc(told_at),
                accepted_by=person,
                reason=reason,
                over_at=from_utc(over_at),
            )
            for (
                number,
                cause,
                sentence,
                remedy,
                status,
                raised_at,
                told_at,
                person,
                reason,
                over_at,
            ) in found
        ]


def _row(seq: int, event: NewAlertEvent) -> dict[str, object]:
    return {
        "seq": seq,
        "alarm": event.alarm,
        "cause": event.cause,
        "kind": event.kind.value,
        "happened_at": to_utc(event.at),
        "level": event.level,
        "sentence": event.sentence,
        "remedy": event.remedy,
        "about": event.about,
        "way": event.way,
        "message": event.message,
        "person": event.person,
        "detail": event.detail,
    }


def _event(row: Row) -> AlertEvent:
    seq, alarm, kind, cause, at, *rest = row
    return AlertEvent(seq, alarm, AlertKind(kind), cause, from_utc(at), *rest)
