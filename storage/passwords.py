"""Keep the hash of each account's password, and of the link that sets it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.session import Session

_LINK = "SELECT account, made_by, made_at, expires_at FROM account_link"


@dataclass(frozen=True, slots=True)
class Link:
    """A link with which the password of an account can be set once."""

    account: str
    made_by: str
    made_at: datetime
    expires_at: datetime


class Passwords:
    """The tables `account_password` and `account_link`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, account: str) -> str | None:
        """Return the hash of an account's password; None: it has none."""
        row = self._session.row(
            "SELECT hash FROM account_password WHERE account = $account", {"account": account}
        )
        return None if row is None else str(row[0])

    def changed(self) -> Mapping[str, datetime]:
        """Return the accounts that have a password, with when it was set."""
        rows = self._session.rows("SELECT account, changed_at FROM account_password")
        return {account: from_utc(at) for account, at in rows}

    def set(self, account: str, hash_: str, at: datetime) -> None:
        """Replace the hash of an account's password."""
        self._session.write(
            "DELETE FROM account_password WHERE account = $account", {"account": account}
        )
        self._session.write(
            "INSERT INTO account_password VALUES ($account, $hash, CAST($at AS TIMESTAMP))",
            {"account": account, "hash": hash_, "at": to_utc(at)},
        )

    def set_again(self, account: str, hash_: str) -> None:
        """Replace the hash of the same password, made with other parameters."""
        self._session.write(
            "UPDATE account_password SET hash = $hash WHERE account = $account",
            {"account": account, "hash": hash_},
        )

    def add_link(self, digest: str, link: Link) -> None:
        """Store a link in place of the account's former one."""
        self.end_links(link.account)
        self._session.write(
            "INSERT INTO account_link VALUES ($account, $digest, $made_by,"
            " CAST($made_at AS TIMESTAMP), CAST($expires_at AS TIMESTAMP))",
            {
                "account": link.account,
                "digest": digest,
                "made_by": link.made_by,
                "made_at": to_utc(link.made_at),
                "expires_at": to_utc(link.expires_at),
            },
        )

    def link(self, digest: str) -> Link | None:
        """Return the link of a digest, expired or not; None: there is none, or it was used."""
        row = self._session.row(f"{_LINK} WHERE digest = $digest", {"digest": digest})
        return None if row is None else _link(row)

    def links(self) -> Mapping[str, Link]:
        """Return the link of each account that has one, expired or not."""
        return {row[0]: _link(row) for row in self._session.rows(_LINK)}

    def end_links(self, account: str) -> None:
        """Delete the link of an account."""
        self._session.write(
            "DELETE FROM account_link WHERE account = $account", {"account": account}
        )


def _link(row: tuple[str, str, datetime, datetime]) -> Link:
    account, made_by, made_at, expires_at = row
    return Link(account, made_by, from_utc(made_at), from_utc(expires_at))
