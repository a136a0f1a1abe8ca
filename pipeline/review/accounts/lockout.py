"""Decide how long logins wait after failures: longer with each, never for ever.

Failures count for the account and for the network they come from. A browser that has logged in to
the account before counts by itself, so that strangers cannot keep its owner out.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network

from config.forwarded import Address
from storage.accounts import account_key
from storage.login_failures import Failures

#: failures in a row that cost nothing
_FREE = {"account": 5, "browser": 5, "network": 20}
_FIRST = timedelta(seconds=30)
_LONGEST = timedelta(minutes=15)
#: without a failure for this long, counting begins anew
FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Counted:
    """What the failures of an attempt are counted for."""

    keys: tuple[str, ...]


def counted_for(name: str, client: Address | None, known_browser: str) -> Counted:
    """Return what an attempt counts for; `known_browser` is empty for one that is not known."""
    if known_browser:
        return Counted((f"browser:{known_browser}",))
    digest = hashlib.sha256(account_key(name).encode("utf-8", "replace")).hexdigest()[:32]
    return Counted((f"account:{digest}", f"network:{network_of(client)}"))


def network_of(client: Address | None) -> str:
    """Return what one person can hardly change: an IPv4 address, or the /64 of an IPv6 one."""
    if client is None:
        return "unknown"
    return str(client if client.version == 4 else ip_network((client, 64), strict=False))


def delay(kind: str, failures: int) -> timedelta:
    """Return how long the next attempt waits after a number of failures in a row."""
    beyond = failures - _FREE[kind]
    if beyond < 0:
        return timedelta()
    growth: int = 2 ** min(beyond, 10)
    return min(_FIRST * growth, _LONGEST)


def wait(counted: Counted, failures: Mapping[str, Failures], now: datetime) -> timedelta:
    """Return how long an attempt must wait; zero: it may be made now."""
    left = [
        found.last_at + delay(key.partition(":")[0], found.count) - now
        for key in counted.keys
        if (found := failures.get(key)) is not None and now - found.last_at < FORGOTTEN
    ]
    # a clock that was set back makes no delay longer than the longest
    return min(max([timedelta(), *left]), _LONGEST)


def after(failures: Failures | None, now: datetime) -> Failures:
    """Return the failures with one more."""
    if failures is None or now - failures.last_at >= FORGOTTEN:
        return Failures(1, now)
    return Failures(failures.count + 1, now)


def grows(key: str, failures: Failures) -> bool:
    """Return whether the last failure made the delay longer."""
    kind = key.partition(":")[0]
    return delay(kind, failures.count) > delay(kind, failures.count - 1)
