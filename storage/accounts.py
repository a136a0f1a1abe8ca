"""Record the accounts of the team. Append-only, because names stand in decisions for ever."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from config.roles import Role
from storage.access_state import note_change
from storage.engine.instants import from_utc, to_utc
from storage.engine.session import Session
from storage.errors import AccountError

_ADD = """
INSERT INTO account_event
SELECT (SELECT coalesce(max(seq), 0) + 1 FROM account_event), $account, $kind, $role, $actor,
       CAST($happened_at AS TIMESTAMP)
"""
_ALL = "SELECT account, role, disabled, added_at, added_by FROM accounts ORDER BY added_at, account"


@dataclass(frozen=True, slots=True)
class Account:
    """A person of the team."""

    #: as it stands in decisions
    name: str
    role: Role
    disabled: bool
    added_at: datetime
    added_by: str


def account_key(name: str) -> str:
    """Return what the spellings of an account's name share: `Ada` and `ada` are one account."""
    return unicodedata.normalize("NFKC", name.strip()).casefold()


class Accounts:
    """The table `account_event`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def exist(self) -> bool:
        """Return whether there is an account, disabled or not."""
        return self._session.number("SELECT count(*) FROM account_event") > 0

    def all(self) -> tuple[Account, ...]:
        """Return all accounts, the oldest first."""
        return tuple(
            Account(name, Role(role), disabled, from_utc(added_at), added_by)
            for name, role, disabled, added_at, added_by in self._session.rows(_ALL)
        )

    def active(self) -> tuple[str, ...]:
        """Return the names of the accounts that are not disabled, the oldest first."""
        return tuple(one.name for one in self.all() if not one.disabled)

    def get(self, name: str) -> Account | None:
        """Return the account of a name, in capitals or small letters, or None."""
        key = account_key(name)
        return next((one for one in self.all() if account_key(one.name) == key), None)

    def add(self, name: str, role: Role, *, actor: str, at: datetime) -> None:
        """Record a new account.

        Raises:
            AccountError: the name belongs to an account already, perhaps in other letters.
        """
        with self._session.transaction():
            held = self.get(name)
            if held is not None:
                raise AccountError(
                    f"There is an account {held.name!r} already.",
                    hint="Choose another name, or change that account:"
                    " `living-survey reviewer list` names all.",
                )
            self._write(name, "added", role, actor, at)

    def set_role(self, name: str, role: Role, *, actor: str, at: datetime) -> bool:
        """Record what an account may do; return whether that changed. It raises AccountError."""
        with self._session.transaction():
            held = self._held(name)
            if held.role is role:
                return False
            self._write(held.name, "role", role, actor, at)
            return True

    def disable(self, name: str, *, actor: str, at: datetime) -> bool:
        """Record that an account cannot be used; return whether that is new.

        It raises AccountError.
        """
        return self._turn(name, "disabled", actor, at)

    def enable(self, name: str, *, actor: str, at: datetime) -> bool:
        """Record that an account can be used again; return whether that is new.

        It raises AccountError.
        """
        return self._turn(name, "enabled", actor, at)

    def _turn(self, name: str, kind: str, actor: str, at: datetime) -> bool:
        with self._session.transaction():
            held = self._held(name)
            if held.disabled is (kind == "disabled"):
                return False
            self._write(held.name, kind, None, actor, at)
            return True

    def _held(self, name: str) -> Account:
        held = self.get(name)
        if held is None:
            raise AccountError(
                f"There is no account {name[:100]!r}.",
                hint="`living-survey reviewer list` names all.",
            )
        return held

    def _write(self, name: str, kind: str, role: Role | None, actor: str, at: datetime) -> None:
        self._session.write(
            _ADD,
            {
                "account": name,
                "kind": kind,
                "role": role and role.value,
                "actor": actor,
                "happened_at": to_utc(at),
            },
        )
        note_change(self._session)
