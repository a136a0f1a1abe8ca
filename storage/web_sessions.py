"""Keep the sessions of browsers, so that each can be ended; of their cookies only a digest."""

from dataclasses import dataclass
from datetime import datetime

from storage.access_state import generation, note_change
from storage.engine.instants import from_utc, to_utc
from storage.engine.session import Session

_ADD = """
INSERT INTO web_session VALUES ($digest, $account, CAST($opened_at AS TIMESTAMP),
                                CAST($used_at AS TIMESTAMP), $network, $agent)
"""
_ALL = """
SELECT digest, account, opened_at, used_at, network, agent FROM web_session ORDER BY used_at DESC
"""


@dataclass(frozen=True, slots=True)
class WebSession:
    """A browser that is logged in."""

    #: sha256 of what its cookie holds
    digest: str
    account: str
    opened_at: datetime
    #: its last request, some minutes late
    used_at: datetime
    #: its address
    network: str
    #: what it calls itself
    agent: str


class WebSessions:
    """The table `web_session`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def generation(self) -> int:
        """Return a number that every change of accounts and sessions increases."""
        return generation(self._session)

    def all(self) -> tuple[WebSession, ...]:
        """Return all sessions, the one that was used last first."""
        return tuple(
            WebSession(digest, account, from_utc(opened), from_utc(used), network, agent)
            for digest, account, opened, used, network, agent in self._session.rows(_ALL)
        )

    def add(self, new: WebSession) -> None:
        """Store a session."""
        with self._session.transaction():
            self._session.write(
                _ADD,
                {
                    "digest": new.digest,
                    "account": new.account,
                    "opened_at": to_utc(new.opened_at),
                    "used_at": to_utc(new.used_at),
                    "network": new.network,
                    "agent": new.agent,
                },
            )
            note_change(self._session)

    def used(self, digest: str, at: datetime) -> None:
        """Note when a session was used; that changes nothing for others."""
        self._session.write(
            "UPDATE web_session SET used_at = CAST($at AS TIMESTAMP) WHERE digest = $digest",
            {"digest": digest, "at": to_utc(at)},
        )

    def end(self, digest: str) -> bool:
        """Delete a session; return whether there was one."""
        return self._end("digest = $value", digest) > 0

    def end_of(self, account: str) -> int:
        """Delete all sessions of an account; return how many there were."""
        return self._end("account = $value", account)

    def end_before(self, *, opened: datetime, used: datetime) -> int:
        """Delete the sessions opened before one instant or last used before the other."""
        return self._session.write(
            "DELETE FROM web_session WHERE opened_at < CAST($opened AS TIMESTAMP)"
            " OR used_at < CAST($used AS TIMESTAMP)",
            {"opened": to_utc(opened), "used": to_utc(used)},
        )

    def _end(self, condition: str, value: str) -> int:
        with self._session.transaction():
            ended = self._session.write(
                f"DELETE FROM web_session WHERE {condition}",  # noqa: S608  made of constants
                {"value": value},
            )
            if ended:
                note_change(self._session)
        return ended
