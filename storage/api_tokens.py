"""Record tokens of the JSON API: made, revoked, last used. The secrets are not kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.session import Row, Session
from storage.errors import TokenNotFoundError

_COLUMNS = """
token_id, person, label, scopes, created_by, created_at, expires_at, revoked_by, revoked_at, used_at
"""
_ADD = """
INSERT INTO api_token_event
SELECT coalesce(max(seq), 0) + 1, $kind, $token_id, $person, $actor, $happened_at, $label,
       CAST($scopes AS VARCHAR[]), $secret_hash, $expires_at
FROM api_token_event
"""
_BY_HASH = f"""
SELECT {_COLUMNS} FROM api_tokens
WHERE token_id IN (SELECT token_id FROM api_token_event WHERE secret_hash = $secret_hash)
"""  # noqa: S608  made of constants
_ONE = f"SELECT {_COLUMNS} FROM api_tokens WHERE token_id = $token_id"  # noqa: S608  as above
_ALL = f"SELECT {_COLUMNS} FROM api_tokens ORDER BY created_at, token_id"  # noqa: S608  as above


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token about to be recorded."""

    token_id: str
    person: str
    #: what it is for
    label: str
    scopes: tuple[str, ...]
    #: sha256 of the secret, in hex digits
    secret_hash: str
    created_by: str
    created_at: datetime
    #: None: it does not expire
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Token:
    """A recorded token, without its secret."""

    token_id: str
    person: str
    label: str
    scopes: tuple[str, ...]
    created_by: str
    created_at: datetime
    #: None: it does not expire
    expires_at: datetime | None
    revoked_by: str | None = None
    revoked_at: datetime | None = None
    #: noted at most every few minutes
    used_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Return whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class ApiTokens:
    """The tables `api_token_event` and `api_token_use`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, new: NewToken) -> None:
        """Record a token."""
        with self._session.transaction():
            self._session.write(
                _ADD,
                {
                    "kind": "created",
                    "token_id": new.token_id,
                    "person": new.person,
                    "actor": new.created_by,
                    "happened_at": to_utc(new.created_at),
                    "label": new.label,
                    "scopes": list(new.scopes),
                    "secret_hash": new.secret_hash,
                    "expires_at": to_utc(new.expires_at),
                },
            )

    def revoke(self, token_id: str, *, actor: str, now: datetime) -> bool:
        """End a token; return False if it was revoked before.

        Raises:
            TokenNotFoundError: no token has this ID.
        """
        with self._session.transaction():
            token = self.get(token_id)
            if token.revoked_at is not None:
                return False
            self._session.write(
                _ADD,
                {
                    "kind": "revoked",
                    "token_id": token_id,
                    "person": token.person,
                    "actor": actor,
                    "happened_at": to_utc(now),
                    "label": None,
                    "scopes": None,
                    "secret_hash": None,
                    "expires_at": None,
                },
            )
        return True

    def revoke_of(self, person: str, *, actor: str, now: datetime) -> tuple[str, ...]:
        """End all tokens of a person that are in force; return their IDs."""
        live = [one.token_id for one in self.all() if one.person == person and one.is_live(now)]
        for token_id in live:
            self.revoke(token_id, actor=actor, now=now)
        return tuple(live)

    def get(self, token_id: str) -> Token:
        """Return one token, or raise TokenNotFoundError."""
        row = self._session.row(_ONE, {"token_id": token_id})
        if row is None:
            raise TokenNotFoundError(token_id)
        return _token(row)

    def by_hash(self, secret_hash: str) -> Token | None:
        """Return the token whose secret has this sha256, or None."""
        row = self._session.row(_BY_HASH, {"secret_hash": secret_hash})
        return _token(row) if row else None

    def all(self) -> Sequence[Token]:
        """Return every token, the oldest first."""
        return [_token(row) for row in self._session.rows(_ALL)]

    def note_use(self, token_id: str, now: datetime) -> None:
        """Note when a token was used last."""
        with self._session.transaction():
            self._session.write("DELETE FROM api_token_use WHERE token_id = $id", {"id": token_id})
            self._session.write(
                "INSERT INTO api_token_use VALUES ($id, $at)", {"id": token_id, "at": to_utc(now)}
            )


def _token(row: Row) -> Token:
    token_id, person, label, scopes, created_by, created_at, expires_at, *ended = row
    revoked_by, revoked_at, used_at = ended
    return Token(
        token_id=token_id,
        person=person,
        label=label,
        scopes=tuple(scopes),
        created_by=created_by,
        created_at=from_utc(created_at),
        expires_at=from_utc(expires_at),
        revoked_by=revoked_by,
        revoked_at=from_utc(revoked_at),
        used_at=from_utc(used_at),
    )
