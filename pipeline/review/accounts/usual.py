"""Know from which networks each account logged in lately, without asking for each attempt."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from threading import Lock

from config.forwarded import Address
from pipeline.review.accounts.lockout import network_of
from storage.accounts import account_key
from storage.store import OpenStore

#: other services let people in too, and addresses are deleted after some days
_READ_EVERY = timedelta(hours=1)


@dataclass(slots=True)
class UsualNetworks:
    """Networks of logins, as the trail has them; shared by all threads."""

    _known: frozenset[tuple[str, str]] = frozenset()
    _read_at: datetime | None = None
    _lock: Lock = field(default_factory=Lock)

    def has(
        self,
        open_store: OpenStore,
        name: str,
        client: Address | None,
        now: datetime,
        keep: timedelta,
    ) -> bool:
        """Return whether an account logged in from this network within the time `keep`."""
        if client is None:
            return False
        with self._lock:
            if self._read_at is None or not timedelta() <= now - self._read_at < _READ_EVERY:
                with open_store() as store:
                    self._known = _read(store.trail.networks("session.opened", now - keep))
                self._read_at = now
            return (account_key(name), network_of(client)) in self._known

    def note(self, account: str, client: Address | None) -> None:
        """Remember a login."""
        if client is not None:
            with self._lock:
                self._known |= {(account_key(account), network_of(client))}


def _read(found: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    known = set()
    for account, address in found:
        with suppress(ValueError):
            known.add((account_key(account), network_of(ip_address(address))))
    return frozenset(known)
