"""Count failed logins by account, network and known browser."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.session import Session

#: rows that are kept; the oldest make room, so that strangers cannot fill the disk
MOST = 20_000
_NOTE = """
INSERT INTO login_failure VALUES ($who, $failures, CAST($last_at AS TIMESTAMP))
"""
_FORGET = """
DELETE FROM login_failure
WHERE last_at < CAST($before AS TIMESTAMP)
   OR last_at < (SELECT last_at FROM login_failure ORDER BY last_at DESC OFFSET $most LIMIT 1)
"""


@dataclass(frozen=True, slots=True)
class Failures:
    """How often logins failed in a row, and when the last one did."""

    count: int
    last_at: datetime


class LoginFailures:
    """The table `login_failure`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, keys: Iterable[str]) -> Mapping[str, Failures]:
        """Return the failures of those keys that have some."""
        rows = self._session.rows(
            "SELECT who, failures, last_at FROM login_failure WHERE list_contains($keys, who)",
            {"keys": list(keys)},
        )
        return {who: Failures(count, from_utc(at)) for who, count, at in rows}

    def set(self, key: str, failures: Failures) -> None:
        """Replace the failures of a key."""
        self.clear(key)
        self._session.write(
            _NOTE, {"who": key, "failures": failures.count, "last_at": to_utc(failures.last_at)}
        )

    def clear(self, key: str) -> None:
        """Delete the failures of a key."""
        self._session.write("DELETE FROM login_failure WHERE who = $who", {"who": key})

    def clear_beginning(self, beginning: str) -> None:
        """Delete the failures of all keys that begin like this."""
        self._session.write(
            "DELETE FROM login_failure WHERE starts_with(who, $who)", {"who": beginning}
        )

    def forget(self, before: datetime) -> None:
        """Delete those whose last one was before an instant, and the oldest of too many."""
        self._session.write(_FORGET, {"before": to_utc(before), "most": MOST})
