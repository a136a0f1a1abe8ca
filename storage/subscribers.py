"""Store who receives the digest by mail: acts are append-only, the address can be erased."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from storage.departures import Departure, Departures, note_departures, read_departures
from storage.engine.instants import to_utc
from storage.engine.parameters import rows_json, texts_json
from storage.engine.session import Session
from storage.errors import SubscriberNotFoundError
from storage.subscriber_rows import event_of, subscriber_of
from storage.subscriber_state import subscriber_from
from storage.subscriber_types import (
    Choices,
    How,
    Recipient,
    Rhythm,
    Subscriber,
    SubscriberEvent,
    SubscriberState,
)

_FILE = "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
_ADD = """
INSERT INTO subscriber_event
SELECT (SELECT coalesce(max(seq), 0) + 1 FROM subscriber_event), $subscriber_id, $kind, $source,
       $consent_id, $wording, CAST($consented_at AS TIMESTAMP), $language,
       CAST(from_json($sections, '["VARCHAR"]') AS VARCHAR[]), $rhythm, $person,
       CAST($happened_at AS TIMESTAMP), CAST($paused_until AS DATE)
"""
_SUBSCRIBERS = """
SELECT subscriber_id, state, address, language, sections, rhythm, first_at, last_at, wording,
       consented_at, address_key, consent_id, paused_until
FROM subscribers
"""
_ACTS = """
SELECT seq, kind, happened_at, consent_id, wording, consented_at, language, sections, rhythm,
       paused_until
FROM subscriber_event
WHERE subscriber_id = $subscriber_id
"""
_CONTACT = """
SELECT address, address_key FROM subscriber_contact WHERE subscriber_id = $subscriber_id
"""
_RECIPIENTS = """
SELECT subscriber_id, address, language, sections, rhythm, address_key
FROM subscribers
WHERE state = 'confirmed' AND address IS NOT NULL AND consent_id NOT IN (FROM listed($ended))
ORDER BY subscriber_id
"""
_EVENTS = """
SELECT kind, source, happened_at, consent_id, wording, consented_at, language, sections, rhythm,
       person
FROM subscriber_event
WHERE subscriber_id = $subscriber_id
ORDER BY seq
"""
_OVER = """
SELECT subscriber_id FROM subscribers
WHERE state = 'paused' AND paused_until <= CAST($today AS DATE)
ORDER BY subscriber_id
"""
_COUNTS = "SELECT state, count(*) FROM subscribers GROUP BY state"
_ENDED = f"""
{_SUBSCRIBERS}
WHERE consent_id IN (FROM listed($ended)) AND state <> 'deleted'
ORDER BY subscriber_id
"""
_REKEY = """
UPDATE subscriber_contact SET address_key = given.address_key
FROM (SELECT unnest(from_json($rows, '[{"subscriber_id": "VARCHAR", "address_key": "VARCHAR"}]'),
                    recursive := true)) AS given
WHERE given.subscriber_id = subscriber_contact.subscriber_id
"""
_DEPART = """
INSERT INTO subscriber_departure
SELECT * FROM (SELECT unnest(from_json($rows, '[{"address_key": "VARCHAR", "kind": "VARCHAR",
                                                 "happened_at": "TIMESTAMP"}]'), recursive := true))
"""


class Subscribers:
    """The tables `subscriber_contact`, `subscriber_event` and `subscriber_departure`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def recipients(self) -> tuple[Recipient, ...]:
        """Return the confirmed people who are to receive mail, by subscriber ID.

        A person whose consent ended according to the file beside the database is left out, also
        where an older database was put in place.

        Raises:
            StorageError: that file cannot be read.
        """
        rows = self._session.rows(
            _RECIPIENTS, {"ended": texts_json(self.recorded_departures().consents)}
        )
        return tuple(
            Recipient(subscriber_id, address, language, tuple(sections), Rhythm(rhythm), key)
            for subscriber_id, address, language, sections, rhythm, key in rows
        )

    def get(self, subscriber_id: str) -> Subscriber | None:
        """Return a person, or None."""
        asked = {"subscriber_id": subscriber_id}
        contact = self._session.row(_CONTACT, asked)
        return subscriber_from(subscriber_id, self._session.rows(_ACTS, asked), contact)

    def with_key(self, address_key: str) -> Subscriber | None:
        """Return the person whose address has this key and is not erased, or None."""
        found = self._session.row(f"{_SUBSCRIBERS} WHERE address_key = $key", {"key": address_key})
        return subscriber_of(found) if found else None

    def all(self) -> list[Subscriber]:
        """Return everybody who was ever recorded, in order of their first act, then by address."""
        return [
            subscriber_of(row)
            for row in self._session.rows(
                f"{_SUBSCRIBERS} ORDER BY first_at, address, subscriber_id"
            )
        ]

    def counts(self) -> dict[SubscriberState, int]:
        """Return how many people are in each state."""
        return {SubscriberState(state): number for state, number in self._session.rows(_COUNTS)}

    def events(self, subscriber_id: str) -> list[SubscriberEvent]:
        """Return what was recorded of a person, the first act first."""
        return [
            event_of(row) for row in self._session.rows(_EVENTS, {"subscriber_id": subscriber_id})
        ]

    def choose(self, subscriber_id: str, choices: Choices, how: How, now: datetime) -> bool:
        """Record other choices of a subscribed person; return whether they differ.

        Raises:
            SubscriberNotFoundError: no consent of this person stands.
        """
        with self._session.transaction():
            before = self._subscribed(subscriber_id)
            if before.choices == choices:
                return False
            self.record(subscriber_id, "chosen", how, now, choices=choices)
            return True

    def pause(
        self, subscriber_id: str, how: How, now: datetime, *, until: date | None = None
    ) -> bool:
        """Record that a subscribed person receives nothing for now; return whether that is new.

        Args:
            subscriber_id: of the person.
            how: by which way.
            now: when.
            until: the day (UTC) on which it ends by itself. None: it does not.
        """
        with self._session.transaction():
            before = self._subscribed(subscriber_id)
            if before.state is SubscriberState.PAUSED and before.paused_until == until:
                return False
            self.record(subscriber_id, "paused", how, now, paused_until=until)
            return True

    def end_pauses(self, now: datetime) -> int:
        """Resume people whose pause ends today or before; return how many."""
        with self._session.transaction():
            over = self._session.rows(_OVER, {"today": now.astimezone(UTC).date()})
            for (subscriber_id,) in over:
                self.record(subscriber_id, "resumed", How.PAGE, now)
        return len(over)

    def resume(self, subscriber_id: str, how: How, now: datetime) -> bool:
        """Record that a paused person receives mail again; return whether that is new."""
        return self._set(subscriber_id, SubscriberState.CONFIRMED, "resumed", how, now)

    def leave(
        self, subscriber_id: str, how: How, now: datetime, *, person: str | None = None
    ) -> bool:
        """End a consent; return False if none stood.

        The address is kept until the person has it deleted, so that an import does not bring it
        back.
        """
        with self._session.transaction():
            before = self.get(subscriber_id)
            if before is None or not before.is_subscribed:
                return False
            self._depart(before, "left", how, now, person)
            return True

    def delete(
        self, subscriber_id: str, how: How, now: datetime, *, person: str | None = None
    ) -> bool:
        """Erase a person's address, keep its salted hash; return False if it was erased before."""
        with self._session.transaction():
            before = self.get(subscriber_id)
            if before is None or before.address_key is None:
                return False
            self._depart(before, "deleted", how, now, person)
            self.erase([subscriber_id])
            return True

    def any_contact(self) -> tuple[str, str] | None:
        """Return an address with its key, or None, to try whether the salt is the right one."""
        found = self._session.row("SELECT address, address_key FROM subscriber_contact LIMIT 1")
        return None if found is None else (found[0], found[1])

    def rekey(self, keys: Mapping[str, str]) -> int:
        """Replace the keys of addresses, by subscriber ID; return how many."""
        rows = [{"subscriber_id": one, "address_key": key} for one, key in keys.items()]
        return self._session.write(_REKEY, {"rows": rows_json(rows)}) if rows else 0

    def erase(self, subscriber_ids: Sequence[str]) -> None:
        """Delete addresses, and what tells who asked for them."""
        ids = {"ids": texts_json(subscriber_ids)}
        self._session.write(
            "DELETE FROM subscriber_contact WHERE subscriber_id IN (FROM listed($ids))", ids
        )
        self._session.write(
            "UPDATE confirmation SET mailbox_key = NULL, network_key = NULL, domain_key = NULL"
            " WHERE subscriber_id IN (FROM listed($ids))",
            ids,
        )
        # Mail servers repeat the address in what they answer.
        self._session.write(
            "UPDATE confirmation_event SET detail = '' WHERE confirmation_id IN (SELECT"
            " confirmation_id FROM confirmation WHERE subscriber_id IN (FROM listed($ids)))",
            ids,
        )

    def recorded_departures(self) -> Departures:
        """Return what the file beside the database says, or raise StorageError."""
        database = self._database()
        return Departures() if database is None else read_departures(database)

    def apply_departures(self, departures: Departures, now: datetime) -> int:
        """Record again who left since this database was backed up; return how many."""
        recorded = departures.consents
        with self._session.transaction():
            found = [
                subscriber_of(row)
                for row in self._session.rows(_ENDED, {"ended": texts_json(recorded)})
            ]
            changed = [
                (one, recorded[one.consent_id or ""].kind)
                for one in found
                if one.is_subscribed or recorded[one.consent_id or ""].kind == "deleted"
            ]
            for one, kind in changed:
                self.record(one.subscriber_id, kind, How.RESTORE, now)
                self._note(one, kind, now)
                if kind == "deleted":
                    self.erase([one.subscriber_id])
        return len(changed)

    def record(
        self,
        subscriber_id: str,
        kind: str,
        how: How,
        now: datetime,
        *,
        choices: Choices | None = None,
        consent_id: str | None = None,
        wording: str | None = None,
        person: str | None = None,
        paused_until: date | None = None,
    ) -> None:
        """Add an event; a consent is dated with it."""
        self._session.write(
            _ADD,
            {
                "subscriber_id": subscriber_id,
                "kind": kind,
                "source": how.value,
                "consent_id": consent_id,
                "wording": wording,
                "consented_at": to_utc(now) if consent_id else None,
                "language": choices and choices.language,
                "sections": texts_json(choices.sections) if choices else None,
                "rhythm": choices and choices.rhythm.value,
                "person": person,
                "happened_at": to_utc(now),
                "paused_until": paused_until,
            },
        )

    def _subscribed(self, subscriber_id: str) -> Subscriber:
        found = self.get(subscriber_id)
        if found is None or not found.is_subscribed:
            raise SubscriberNotFoundError(subscriber_id)
        return found

    def _set(
        self, subscriber_id: str, state: SubscriberState, kind: str, how: How, now: datetime
    ) -> bool:
        with self._session.transaction():
            if self._subscribed(subscriber_id).state is state:
                return False
            self.record(subscriber_id, kind, how, now)
            return True

    def depart(self, key: str, kind: str, now: datetime) -> None:
        """Record something of a key that ends no consent, also in the file beside the database."""
        row = {"address_key": key, "kind": kind, "happened_at": to_utc(now)}
        self._session.write(_DEPART, {"rows": rows_json([row])})
        database = self._database()
        if database is not None:
            note_departures(database, [Departure(None, key, kind, now)])

    def _depart(
        self, before: Subscriber, kind: str, how: How, now: datetime, person: str | None
    ) -> None:
        self.record(before.subscriber_id, kind, how, now, person=person)
        self._note(before, kind, now)
        database = self._database()
        if database is not None:
            assert before.address_key is not None
            note_departures(database, [Departure(before.consent_id, before.address_key, kind, now)])

    def _note(self, before: Subscriber, kind: str, now: datetime) -> None:
        row = {
            "address_key": before.address_key,
            "kind": kind,
            "happened_at": to_utc(now),
        }
        self._session.write(_DEPART, {"rows": rows_json([row])})

    def _database(self) -> Path | None:
        """Return the open file; None in memory."""
        [(path,)] = self._session.rows(_FILE)
        return None if path is None else Path(path)
