"""Store suggestions from outside and what became of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from storage.departures import note_forgotten
from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import texts_json
from storage.engine.session import Session
from storage.suggestion_rows import READ, suggestion_of
from storage.suggestion_types import (
    Channel,
    Credit,
    NewSuggestion,
    Received,
    Suggestion,
    SuggestionAct,
    SuggestionCase,
    SuggestionCount,
    SuggestionKind,
    SuggestionLimits,
    SuggestionState,
)

#: characters of an ID that a person types at least
_SHORTEST = 6
_HOUR = timedelta(hours=1)
_INDEX_LAG = timedelta(days=3)
# Without those dated ahead, which a wrong clock left.
_LATELY = """
SELECT count(*) FILTER (who.network_key = $network_key), count(*)
FROM suggestion AS asked
JOIN suggestion_person AS who ON who.suggestion_id = asked.suggestion_id
WHERE asked.channel = 'page' AND asked.received_at > $hour AND asked.received_at <= $now
"""
_WAITING = "SELECT count(*) FROM suggestions WHERE state IN ('waiting', 'not-held')"
_ADD = """
INSERT INTO suggestion
SELECT (SELECT coalesce(max(seq), 0) + 1 FROM suggestion), $suggestion_id, $kind, $arxiv_id,
       $old_value, $new_value, $note, $relation, $channel, $origin, $language,
       CAST($now AS TIMESTAMP)
"""
_PERSON = """
INSERT INTO suggestion_person
VALUES ($suggestion_id, $name, $credited, $address, $network_key, CAST($now AS TIMESTAMP))
"""
_EVENT = """
INSERT INTO suggestion_event
SELECT (SELECT coalesce(max(seq), 0) FROM suggestion_event) + row_number() OVER (),
       suggestion_id, $kind, $person, $detail, $decision_id, CAST($now AS TIMESTAMP)
FROM (SELECT unnest(from_json($ids, '["VARCHAR"]')) AS suggestion_id)
"""
_PAGE = f"""
{READ}
WHERE state IN (FROM listed($states)) AND ($kind IS NULL OR kind = $kind)
  AND ($arxiv_id IS NULL OR arxiv_id = $arxiv_id)
  AND ($at IS NULL OR received_at < CAST($at AS TIMESTAMP)
       OR received_at = CAST($at AS TIMESTAMP) AND suggestion_id > $last)
ORDER BY received_at DESC, suggestion_id LIMIT $limit
"""
_OPEN = """
SELECT kind, asked.arxiv_id, count(*), min(received_at), max(received_at),
       any_value(state) = 'waiting',
       list_sort(list_distinct(list(new_value) FILTER (new_value <> '')))
FROM suggestions AS asked
WHERE state IN ('waiting', 'not-held')
GROUP BY kind, asked.arxiv_id
ORDER BY any_value(state) <> 'waiting', count(*) DESC, min(received_at), kind, asked.arxiv_id
LIMIT $limit OFFSET $offset
"""
_COUNT = """
SELECT count(DISTINCT kind || ':' || arxiv_id), count(*), min(received_at)
FROM suggestions WHERE state IN ('waiting', 'not-held')
"""
_NOT_HELD = """
SELECT arxiv_id FROM suggestions
WHERE state = 'not-held' OR state = 'unknown' AND received_at > $lately
GROUP BY arxiv_id ORDER BY any_value(state) = 'unknown', min(received_at), arxiv_id LIMIT $limit
"""
_REREAD = """
SELECT asked.arxiv_id
FROM suggestions AS asked
LEFT JOIN suggestion_event AS event
  ON event.suggestion_id = asked.suggestion_id AND event.kind IN ('found', 'unknown')
WHERE asked.state = 'applied' AND asked.kind IN ('wrong-record', 'withdrawn')
  AND NOT starts_with(asked.arxiv_id, 'doi:')
GROUP BY asked.arxiv_id, asked.suggestion_id, asked.settled_at
HAVING coalesce(max(event.happened_at) < asked.settled_at, true)
ORDER BY asked.settled_at LIMIT $limit
"""
_OF_IDS = """
SELECT suggestion_id FROM suggestions
WHERE arxiv_id IN (FROM listed($ids))
  AND (kind = 'missing-paper'
       OR state = 'applied' AND kind IN ('wrong-record', 'withdrawn'))
"""
_FORGET_KEYS = """
UPDATE suggestion_person SET network_key = NULL
WHERE network_key IS NOT NULL AND received_at <= $hour
"""
_OLD = """
SELECT suggestion_id FROM suggestion_person
WHERE address IS NOT NULL AND received_at <= $before ORDER BY suggestion_id
"""
_ERASE_ADDRESS = """
UPDATE suggestion_person SET address = NULL WHERE suggestion_id IN (FROM listed($ids))
"""
_ERASE = """
UPDATE suggestion_person SET address = NULL, name = '', credited = false, network_key = NULL
WHERE suggestion_id = $id
"""
_FILE = "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
_CREDITS = """
SELECT name, arxiv_id, kind, settled_at
FROM suggestions
WHERE credited AND name <> '' AND state IN ('applied', 'listed')
  AND (kind <> 'missing-paper' OR settled_at >= received_at)
ORDER BY settled_at, suggestion_id
"""


class Suggestions:
    """The tables `suggestion`, `suggestion_person` and `suggestion_event`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self, new: NewSuggestion, now: datetime, limits: SuggestionLimits | None = None
    ) -> Received:
        """Store a suggestion once; `limits` None: of an import, which a person started."""
        with self._session.transaction():
            if self.get(new.suggestion_id) is not None:
                return Received.AGAIN
            if new.origin and self.of_origin(new.channel, new.origin) is not None:
                return Received.AGAIN
            refused = None if limits is None else self._refused(new, limits, now)
            if refused is not None:
                return refused
            self._session.write(
                _ADD,
                {
                    "suggestion_id": new.suggestion_id,
                    "kind": new.kind.value,
                    "arxiv_id": new.arxiv_id,
                    "old_value": new.old_value,
                    "new_value": new.new_value,
                    "note": new.note,
                    "relation": new.relation.value,
                    "channel": new.channel.value,
                    "origin": new.origin,
                    "language": new.language,
                    "now": to_utc(now),
                },
            )
            self._session.write(
                _PERSON,
                {
                    "suggestion_id": new.suggestion_id,
                    "name": new.name,
                    "credited": new.credited,
                    "address": new.address,
                    "network_key": new.network_key,
                    "now": to_utc(now),
                },
            )
        return Received.STORED

    def act(
        self,
        suggestion_ids: Sequence[str],
        act: SuggestionAct,
        *,
        person: str,
        now: datetime,
        detail: str = "",
        decision_id: str | None = None,
    ) -> None:
        """Record what was done about suggestions."""
        if not suggestion_ids:
            return
        self._session.write(
            _EVENT,
            {
                "ids": texts_json(suggestion_ids),
                "kind": act.value,
                "person": person,
                "detail": detail,
                "decision_id": decision_id,
                "now": to_utc(now),
            },
        )

    def get(self, suggestion_id: str) -> Suggestion | None:
        """Return a suggestion, or None."""
        found = self._where("suggestion_id = $id", id=suggestion_id)
        return found[0] if found else None

    def find(self, beginning: str) -> Suggestion | None:
        """Return the only suggestion whose ID begins like this, or None."""
        if len(beginning) < _SHORTEST:
            return None
        found = self._where("starts_with(suggestion_id, $id)", id=beginning)
        return found[0] if len(found) == 1 else None

    def of_origin(self, channel: Channel, origin: str) -> Suggestion | None:
        """Return what was imported from an issue or a mail, or None."""
        found = self._where(
            "channel = $channel AND origin = $origin", channel=channel.value, origin=origin
        )
        return found[0] if found else None

    def of_paper(self, arxiv_id: str) -> list[Suggestion]:
        """Return all that was suggested about a paper, the first first."""
        if self._is_empty():
            return []
        return self._where("arxiv_id = $id", id=arxiv_id)

    def of_case(self, case: str) -> list[Suggestion]:
        """Return the suggestions of a case, open or not, the first first."""
        return self._where("kind || ':' || arxiv_id = $case", case=case)

    def all(
        self,
        states: Iterable[SuggestionState],
        limit: int,
        *,
        kind: SuggestionKind | None = None,
        arxiv_id: str | None = None,
        after: tuple[datetime, str] | None = None,
    ) -> list[Suggestion]:
        """Return suggestions in these states, the newest first.

        `after` is the time and the ID of the suggestion that the page before ended with.
        """
        at, last = after or (None, None)
        asked = {
            "states": texts_json(one.value for one in states),
            "kind": kind.value if kind else None,
            "arxiv_id": arxiv_id,
            "at": to_utc(at) if at else None,
            "last": last,
            "limit": limit,
        }
        return [suggestion_of(row) for row in self._session.rows(_PAGE, asked)]

    def cases(self, *, limit: int, offset: int = 0) -> list[SuggestionCase]:
        """Return the open cases: those for a reviewer first, of these the most wanted."""
        rows = self._session.rows(_OPEN, {"limit": limit, "offset": offset})
        return [
            SuggestionCase(
                SuggestionKind(kind),
                arxiv_id,
                askers,
                from_utc(first),
                from_utc(last),
                held,
                tuple(values or ()),
            )
            for kind, arxiv_id, askers, first, last, held, values in rows
        ]

    def count(self) -> SuggestionCount:
        """Return how much waits for an answer."""
        if self._is_empty():
            return SuggestionCount(0, 0, None)
        [(cases, suggestions, oldest)] = self._session.rows(_COUNT)
        return SuggestionCount(cases, suggestions, None if oldest is None else from_utc(oldest))

    def to_look_up(self, limit: int, now: datetime) -> list[str]:
        """Return papers that arXiv is to be asked for, longest waited for first.

        An ID that arXiv does not have is asked for again for three days, because the index that
        answers can be late.
        """
        asked = {"limit": limit, "lately": to_utc(now - _INDEX_LAG)}
        found = [key for (key,) in self._session.rows(_NOT_HELD, asked)]
        again = [key for (key,) in self._session.rows(_REREAD, {"limit": limit})]
        return list(dict.fromkeys([*found, *again]))[:limit]

    def looked_up(self, found: Sequence[str], unknown: Sequence[str], now: datetime) -> None:
        """Record what arXiv answered; `found` are held now."""
        for keys, act in ((found, SuggestionAct.FOUND), (unknown, SuggestionAct.UNKNOWN)):
            rows = self._session.rows(_OF_IDS, {"ids": texts_json(keys)})
            self.act([one for (one,) in rows], act, person="", now=now)

    def address_of(self, suggestion_id: str) -> str | None:
        """Return where the answer goes; None: nowhere."""
        row = self._session.row(
            "SELECT address FROM suggestion_person WHERE suggestion_id = $id", {"id": suggestion_id}
        )
        return row[0] if row else None

    def forget(self, suggestion_id: str, now: datetime) -> None:
        """Erase name and address of a person who wants that, also in backups restored later."""
        with self._session.transaction():
            note_forgotten(Path(str(self._session.rows(_FILE)[0][0])), suggestion_id, now)
            self._session.write(_ERASE, {"id": suggestion_id})
            self.act([suggestion_id], SuggestionAct.FORGOTTEN, person="", now=now)

    def erase_forgotten(self, suggestion_ids: Iterable[str]) -> None:
        """Erase again what people took back since this database was backed up."""
        for suggestion_id in suggestion_ids:
            self._session.write(_ERASE, {"id": suggestion_id})

    def expire(self, now: datetime, *, kept_for: timedelta) -> int:
        """Erase addresses that were kept long enough, and hashes of networks after an hour."""
        with self._session.transaction():
            self._session.write(_FORGET_KEYS, {"hour": to_utc(now - _HOUR)})
            rows = self._session.rows(_OLD, {"before": to_utc(now - kept_for)})
            ids = [one for (one,) in rows]
            if ids:
                self._session.write(_ERASE_ADDRESS, {"ids": texts_json(ids)})
        return len(ids)

    def credits(self) -> list[Credit]:
        """Return who agreed to be named for what was taken up, the first first."""
        return [
            Credit(name, arxiv_id, SuggestionKind(kind), from_utc(settled_at))
            for name, arxiv_id, kind, settled_at in self._session.rows(_CREDITS)
        ]

    def _refused(
        self, new: NewSuggestion, limits: SuggestionLimits, now: datetime
    ) -> Received | None:
        [(network, total)] = self._session.rows(
            _LATELY,
            {"network_key": new.network_key, "hour": to_utc(now - _HOUR), "now": to_utc(now)},
        )
        if network >= limits.per_network_hour:
            return Received.NETWORK_LIMIT
        if total >= limits.per_hour:
            return Received.TOTAL_LIMIT
        return Received.FULL if self._session.number(_WAITING) >= limits.waiting else None

    def _is_empty(self) -> bool:
        """Return whether nothing was ever suggested, which takes no look at papers."""
        return not self._session.number("SELECT count(*) FROM suggestion")

    def _where(self, condition: str, **parameters: object) -> list[Suggestion]:
        rows = self._session.rows(
            f"{READ} WHERE {condition} ORDER BY received_at, suggestion_id", parameters
        )
        return [suggestion_of(row) for row in rows]
