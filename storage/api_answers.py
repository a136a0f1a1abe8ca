"""Keep the answers to acts of the JSON API for some days, by the key that the client gave."""

from dataclasses import dataclass
from datetime import datetime

from storage.engine.instants import to_utc
from storage.engine.session import Session

_GET = """
SELECT fingerprint, status, body FROM api_answer
WHERE person = $person AND idempotency_key = $key AND answered_at >= $since
"""
_ADD = "INSERT INTO api_answer VALUES ($person, $key, $fingerprint, $status, $body, $answered_at)"


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The answer to an earlier request."""

    #: sha256 of the request, in hex digits
    fingerprint: str
    status: int
    #: JSON
    body: str


class ApiAnswers:
    """The table `api_answer`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, person: str, key: str, *, since: datetime) -> KeptAnswer | None:
        """Return a person's answer under a key, unless it was given before `since`."""
        row = self._session.row(_GET, {"person": person, "key": key, "since": to_utc(since)})
        return KeptAnswer(*row) if row else None

    def add(
        self, person: str, key: str, answer: KeptAnswer, *, now: datetime, since: datetime
    ) -> None:
        """Keep an answer; forget those that were given before `since`.

        Call it in the transaction of the act, after `get` returned None.
        """
        with self._session.transaction():
            self._session.write(
                "DELETE FROM api_answer WHERE answered_at < $since", {"since": to_utc(since)}
            )
            self._session.write(
                _ADD,
                {
                    "person": person,
                    "key": key,
                    "fingerprint": answer.fingerprint,
                    "status": answer.status,
                    "body": answer.body,
                    "answered_at": to_utc(now),
                },
            )
