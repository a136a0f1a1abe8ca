"""Store receipts of mails and suppressed addresses, as the journals have them. Append-only."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import rows_json, texts_json
from storage.engine.session import Session
from storage.mail_types import (
    Counts,
    FrozenRecipient,
    MailEvent,
    Mailing,
    MailKind,
    RecordedMailing,
    SuppressionEvent,
    SuppressionKind,
)

_MAILING = """
INSERT INTO mailing
SELECT $name, $mailing_id, CAST($frozen_at AS TIMESTAMP),
       CAST(from_json($weeks, '["VARCHAR"]') AS VARCHAR[]), $digest
"""
_RECIPIENTS = """
INSERT INTO mail_recipient
SELECT $name, place, subscriber_id, address_key, language, sections
FROM (SELECT unnest(from_json($rows, '[{"place": "INTEGER", "subscriber_id": "VARCHAR",
      "address_key": "VARCHAR", "language": "VARCHAR", "sections": ["VARCHAR"]}]'),
      recursive := true))
"""
_EVENTS = """
INSERT INTO mail_event
SELECT $name, n, subscriber_id, kind, happened_at, detail, code, temporary
FROM (SELECT unnest(from_json($rows, '[{"n": "BIGINT", "subscriber_id": "VARCHAR",
      "kind": "VARCHAR", "happened_at": "TIMESTAMP", "detail": "VARCHAR", "code": "INTEGER",
      "temporary": "BOOLEAN"}]'), recursive := true))
WHERE n > (SELECT coalesce(max(n), 0) FROM mail_event WHERE mailing = $name)
"""
_SUPPRESSIONS = """
INSERT INTO suppression_event
SELECT event_id, address_key, kind, happened_at, source, detail, lifts
FROM (SELECT unnest(from_json($rows, '[{"event_id": "VARCHAR", "address_key": "VARCHAR",
      "kind": "VARCHAR", "happened_at": "TIMESTAMP", "source": "VARCHAR", "detail": "VARCHAR",
      "lifts": ["VARCHAR"]}]'), recursive := true))
WHERE event_id NOT IN (SELECT event_id FROM suppression_event)
"""
_COUNTS = """
SELECT confirmed, sent, suppressed, failed, uncertain, pending FROM mail_receipts
WHERE mailing = $name
"""
_OF = """
SELECT mailing, outcome, happened_at FROM mail_outcomes WHERE subscriber_id = $subscriber_id
ORDER BY mailing
"""
_SENT_TO = """
SELECT address_key, happened_at FROM mail_outcomes
WHERE outcome = 'sent' AND address_key IN (FROM listed($keys))
ORDER BY happened_at, mailing
"""
_OUTCOMES = ("confirmed", "sent", "suppressed", "failed", "uncertain", "pending")


class Mailings:
    """The tables `mailing`, `mail_recipient`, `mail_event` and `suppression_event`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(self, recorded: RecordedMailing) -> int:
        """Add what is not there yet of a mailing; return the number of new events."""
        mailing = recorded.mailing
        with self._session.transaction():
            if mailing.name not in self.names():
                self._begin(mailing)
            return self._session.write(
                _EVENTS, {"name": mailing.name, "rows": rows_json(map(_event_row, recorded.events))}
            )

    def names(self) -> tuple[str, ...]:
        """Return the mailings, in order of their beginning."""
        rows = self._session.rows("SELECT name FROM mailing ORDER BY frozen_at, name")
        return tuple(row[0] for row in rows)

    def get(self, name: str) -> RecordedMailing | None:
        """Return a mailing as far as it is recorded here, or None."""
        given = {"name": name}
        found = self._session.row(
            "SELECT mailing_id, frozen_at, weeks, digest FROM mailing WHERE name = $name", given
        )
        if found is None:
            return None
        mailing_id, frozen_at, weeks, digest = found
        recipients = self._session.rows(
            "SELECT subscriber_id, address_key, language, sections FROM mail_recipient"
            " WHERE mailing = $name ORDER BY place",
            given,
        )
        events = self._session.rows(
            "SELECT n, subscriber_id, kind, happened_at, detail, code, temporary FROM mail_event"
            " WHERE mailing = $name ORDER BY n",
            given,
        )
        return RecordedMailing(
            Mailing(
                name,
                mailing_id,
                from_utc(frozen_at),
                tuple(weeks),
                digest,
                tuple(
                    FrozenRecipient(who, key, language, tuple(sections))
                    for who, key, language, sections in recipients
                ),
            ),
            tuple(
                MailEvent(n, who, MailKind(kind), from_utc(at), *rest)
                for n, who, kind, at, *rest in events
            ),
        )

    def counts(self, name: str) -> Counts:
        """Return how many recipients of a mailing ended how, counted by SQL."""
        row = self._session.row(_COUNTS, {"name": name})
        return dict(zip(_OUTCOMES, row, strict=True)) if row else {}

    def begun_at(self, name: str) -> datetime:
        """Return when the recipients of a mailing were fixed."""
        [(at,)] = self._session.rows(
            "SELECT frozen_at FROM mailing WHERE name = $name", {"name": name}
        )
        return from_utc(at)

    def of(self, subscriber_id: str) -> list[tuple[str, str, datetime | None]]:
        """Return the mailings a person was among: name, outcome, and when that was known."""
        return [
            (mailing, outcome, from_utc(at))
            for mailing, outcome, at in self._session.rows(_OF, {"subscriber_id": subscriber_id})
        ]

    def sent_to(self, address_keys: Iterable[str]) -> dict[str, list[datetime]]:
        """Return when servers took mails to these addresses, by key, in order of time."""
        found: dict[str, list[datetime]] = {}
        for key, at in self._session.rows(_SENT_TO, {"keys": texts_json(tuple(address_keys))}):
            found.setdefault(key, []).append(from_utc(at))
        return found

    def suppress(self, events: Iterable[SuppressionEvent]) -> int:
        """Add the events that are not there yet; return how many."""
        rows = [
            {
                "event_id": one.event_id,
                "address_key": one.address_key,
                "kind": one.kind.value,
                "happened_at": to_utc(one.at),
                "source": one.source,
                "detail": one.detail,
                "lifts": list(one.lifts),
            }
            for one in {event.event_id: event for event in events}.values()
        ]
        return self._session.write(_SUPPRESSIONS, {"rows": rows_json(rows)}) if rows else 0

    def suppressions(self) -> Sequence[SuppressionEvent]:
        """Return every event, in order of time."""
        return tuple(
            SuppressionEvent(
                event_id, key, SuppressionKind(kind), from_utc(at), source, detail, tuple(lifts)
            )
            for event_id, key, kind, at, source, detail, lifts in self._session.rows(
                "SELECT event_id, address_key, kind, happened_at, source, detail, lifts"
                " FROM suppression_event ORDER BY happened_at, event_id"
            )
        )

    def _begin(self, mailing: Mailing) -> None:
        self._session.write(
            _MAILING,
            {
                "name": mailing.name,
                "mailing_id": mailing.mailing_id,
                "frozen_at": to_utc(mailing.frozen_at),
                "weeks": texts_json(mailing.weeks),
                "digest": mailing.digest,
            },
        )
        rows = [
            {
                "place": place,
                "subscriber_id": one.subscriber_id,
                "address_key": one.address_key,
                "language": one.language,
                "sections": list(one.sections),
            }
            for place, one in enumerate(mailing.recipients)
        ]
        self._session.write(_RECIPIENTS, {"name": mailing.name, "rows": rows_json(rows)})


def _event_row(event: MailEvent) -> dict[str, object]:
    return {
        "n": event.n,
        "subscriber_id": event.subscriber_id,
        "kind": event.kind.value,
        "happened_at": to_utc(event.at),
        "detail": event.detail,
        "code": event.code,
        "temporary": event.temporary,
    }
