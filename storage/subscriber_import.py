"""Add many people who agreed elsewhere, in one batch.

pyarrow is imported on the first import, because other commands start faster so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from storage.engine.instants import to_utc
from storage.engine.parameters import texts_json
from storage.engine.session import Session
from storage.subscriber_types import Choices, Imported
from storage.subscribers import Subscribers

if TYPE_CHECKING:
    import pyarrow as pa

# Who left and kept the address has a row in `subscriber_contact` too, so their state decides.
_SORTED = """
CREATE OR REPLACE TEMP TABLE imported_person AS
SELECT given.*, person.subscriber_id AS known_id,
       coalesce(person.state IN ('confirmed', 'paused'), false) AS present,
       person.state IS NOT DISTINCT FROM 'left'
         OR coalesce(person.state = 'waiting', true)
            AND given.address_key IN (
                SELECT address_key FROM subscriber_departure UNION ALL FROM listed($departed))
         AS departed
FROM given_people AS given
LEFT JOIN subscribers AS person ON person.address_key = given.address_key
"""
_COUNTS = """
SELECT count(*) FILTER (NOT present AND NOT departed), count(*) FILTER (present),
       count(*) FILTER (departed)
FROM imported_person
"""
_CONTACTS = """
INSERT INTO subscriber_contact
SELECT subscriber_id, address, address_key, CAST($now AS TIMESTAMP)
FROM imported_person
WHERE NOT present AND NOT departed AND known_id IS NULL
"""
_EVENTS = """
INSERT INTO subscriber_event
SELECT last.seq + row_number() OVER (ORDER BY place), coalesce(known_id, subscriber_id), 'imported',
       'command', consent_id, $wording, CAST(consented_on AS TIMESTAMP), language, sections, rhythm,
       $person, CAST($now AS TIMESTAMP), NULL
FROM imported_person, (SELECT coalesce(max(seq), 0) AS seq FROM subscriber_event) AS last
WHERE NOT present AND NOT departed
"""


@dataclass(frozen=True, slots=True)
class NewSubscriber:
    """A person who agreed elsewhere."""

    #: of the person, if the address is new
    subscriber_id: str
    consent_id: str
    address: str
    address_key: str
    choices: Choices
    consented_on: date


class SubscriberImport:
    """Bulk writes of the tables of `Subscribers`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        people: Sequence[NewSubscriber],
        *,
        wording: str,
        person: str,
        now: datetime,
        dry_run: bool = False,
    ) -> Imported:
        """Add people with a consent; leave out who is there already and who left.

        Args:
            people: at most one per address key.
            wording: what they agreed to, or where that is written.
            person: who imports them.
            now: the time of the import.
            dry_run: count only.

        Raises:
            StorageError: the file of departures beside the database cannot be read.
        """
        departed = Subscribers(self._session).recorded_departures().keys
        with self._session.transaction():
            with self._session.batch("given_people", _table(people)):
                self._session.ddl(_SORTED, {"departed": texts_json(sorted(departed))})
            added, present, left = self._session.rows(_COUNTS)[0]
            if not dry_run:
                self._session.write(_CONTACTS, {"now": to_utc(now)})
                self._session.write(
                    _EVENTS, {"wording": wording, "person": person, "now": to_utc(now)}
                )
            self._session.ddl("DROP TABLE imported_person")
        return Imported(added, present, left)


def _table(people: Sequence[NewSubscriber]) -> "pa.Table":
    """Return the people as `given_people`, with their place."""
    import pyarrow as pa  # noqa: PLC0415  as above

    return pa.table(
        {
            "subscriber_id": pa.array([one.subscriber_id for one in people], pa.string()),
            "consent_id": pa.array([one.consent_id for one in people], pa.string()),
            "address": pa.array([one.address for one in people], pa.string()),
            "address_key": pa.array([one.address_key for one in people], pa.string()),
            "language": pa.array([one.choices.language for one in people], pa.string()),
            "sections": pa.array(
                [list(one.choices.sections) for one in people], pa.list_(pa.string())
            ),
            "rhythm": pa.array([one.choices.rhythm.value for one in people], pa.string()),
            "consented_on": pa.array([one.consented_on for one in people], pa.date32()),
            "place": pa.array(range(len(people)), pa.int64()),
        }
    )
