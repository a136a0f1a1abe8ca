"""Decide how long logins wait after failures: longer with each, never for ever.

Failures count for the account and for the network they come from. A browser that has logged in to
the account before counts by itself, and so does a network from which it did, so that strangers
elsewhere cannot keep its owner out.
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
_FREE = {"account": 5, "browser": 5, "usual network": 5, "network": 20}
_FIRST = timedelta(seconds=30)
_LONGEST = timedelta(minutes=15)
#: a refusal is answered from memory for this long, because a new password ends it
_REMEMBERED = timedelta(seconds=1)
_MOST_REMEMBERED = 10_000
#: without a failure for this long, counting begins anew
FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Counted:
    """What the failures of an attempt are counted for."""

    keys: tuple[str, ...]


def counted_for(
    name: str, client: Address | None, known_browser: str, *, usual: bool = False
) -> Counted:
    """Return what an attempt counts for.

    Args:
        name: of the account, known or not.
        client: where it comes from.
        known_browser: of one that logged in to this account before; empty: none.
        usual: the account logged in from this network before, so failures elsewhere cost nothing.
    """
    if known_browser:
        return Counted((f"browser:{known_browser}",))
    network = network_of(client)
    own = f"{usual_counters(name)}{network}" if usual else account_counter(name)
    return Counted((own, f"network:{network}"))


def usual_counters(name: str) -> str:
    """Return how the counters of an account in its usual networks begin."""
    return f"usual network:{account_counter(name).partition(':')[2]}:"


def account_counter(name: str) -> str:
    """Return what failures of an account are counted under, known or not."""
    digest = hashlib.sha256(account_key(name).encode("utf-8", "replace")).hexdigest()[:32]
    return f"account:{digest}"


class Refusals:
    """Remembers for a second who must wait, so that floods of logins do not reach the database."""

    def __init__(self) -> None:
        self._until: dict[str, tuple[datetime, timedelta]] = {}

    def note(self, waits: Mapping[str, timedelta], now: datetime) -> None:
        """Remember what an attempt was refused for, and how long each lasts."""
        if len(self._until) >= _MOST_REMEMBERED:
            self._until.clear()
        self._until |= {key: (now, left) for key, left in waits.items() if left}

    def left(self, counted: Counted, now: datetime) -> timedelta:
        """Return how long an attempt waits; zero: ask the database."""
        longest = timedelta()
        for key in counted.keys:
            at, left = self._until.get(key, (now, timedelta()))
            if timedelta() <= now - at < min(left, _REMEMBERED):
                longest = max(longest, left - (now - at))
        return longest


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


def waits(
    counted: Counted, failures: Mapping[str, Failures], now: datetime
) -> Mapping[str, timedelta]:
    """Return for how long each of what an attempt counts for must wait; zero: not at all."""
    found = {}
    for key in counted.keys:
        last = failures.get(key)
        left = timedelta()
        if last is not None and _counts(last, now):
            left = last.last_at + delay(key.partition(":")[0], last.count) - now
        # a clock that was set back a little makes no delay longer than the longest
        found[key] = min(max(timedelta(), left), _LONGEST)
    return found


def after(failures: Failures | None, now: datetime) -> Failures:
    """Return the failures with one more."""
    if failures is None or not _counts(failures, now):
        return Failures(1, now)
    return Failures(failures.count + 1, now)


def _counts(failures: Failures, now: datetime) -> bool:
    """Return whether failures are not forgotten; those dated ahead are, the clock was wrong."""
    return abs(now - failures.last_at) < FORGOTTEN


def grows(key: str, failures: Failures) -> bool:
    """Return whether the last failure made the delay longer."""
    kind = key.partition(":")[0]
    return delay(kind, failures.count) > delay(kind, failures.count - 1)
