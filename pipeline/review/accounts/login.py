"""Log in with a name and a password: one answer and one amount of work, whatever is wrong.

An attempt is counted before the password is compared, so that many at once gain nothing.
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.access_schema import AccessSettings
from config.forwarded import Address
from pipeline.review.accounts import lockout
from pipeline.review.accounts.hashing import Hasher
from pipeline.review.accounts.tokens import digest, new_token
from pipeline.review.accounts.usual import UsualNetworks
from pipeline.runtime.clock import is_doubtful
from storage.login_failures import Failures
from storage.store import OpenStore, Store
from storage.web_sessions import WebSession

_log = logging.getLogger(__name__)
#: of answers that cost nothing, so that strangers can cause any number of them
_delays = logging.getLogger(f"{__name__}.delays")
#: rows of the trail about delays that strangers can cause an hour
_MOST_NOTED = 100
#: characters kept of what a browser calls itself
_AGENT = 200


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody sent to log in."""

    name: str
    password: str
    client: Address | None
    agent: str = ""
    #: of a browser that logged in to this account before; empty: none
    known_browser: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """Who logged in, with the token of the new session, which is not stored."""

    account: str
    token: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It does not fit; nothing says what is wrong."""


@dataclass(frozen=True, slots=True)
class Later:
    """Too many failures; the password was not compared."""

    seconds: int


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long sessions last, and addresses of the trail are kept."""

    longest: timedelta
    idle: timedelta
    keep_networks: timedelta


def session_limits(settings: AccessSettings) -> SessionLimits:
    """Return the limits that the settings state."""
    return SessionLimits(
        longest=timedelta(hours=settings.session_hours),
        idle=timedelta(minutes=settings.idle_minutes),
        keep_networks=timedelta(days=settings.keep_networks_days),
    )


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """What logging in needs of the survey."""

    open_store: OpenStore
    hasher: Hasher
    clock: Callable[[], datetime]
    limits: SessionLimits
    refusals: lockout.Refusals = field(default_factory=lockout.Refusals)
    usual: UsualNetworks = field(default_factory=UsualNetworks)

    def knows_network(self, attempt: "Attempt") -> bool:
        """Return whether the account of an attempt logged in from its network before."""
        keep = self.limits.keep_networks
        return self.usual.has(self.open_store, attempt.name, attempt.client, self.clock(), keep)


def log_in(door: Doorkeeper, attempt: Attempt) -> Opened | Refused | Later:
    """Open a session if the password fits.

    Raises:
        TooManyLoginsError: others log in at this moment.
        StoreBusyError: another program has the database open.
    """
    usual = not attempt.known_browser and door.knows_network(attempt)
    counted = lockout.counted_for(attempt.name, attempt.client, attempt.known_browser, usual=usual)
    fitting = _compare(door, attempt, counted, usual=usual)
    if isinstance(fitting, Refused | Later):
        return fitting
    again = door.hasher.hash(attempt.password) if door.hasher.is_outdated(fitting.hash) else ""
    now = door.clock()
    with door.open_store() as store, store.transaction():
        if not _still_fits(store, fitting):
            return Refused()
        if again:
            store.passwords.set_again(fitting.account, again)
        _forgive(store, counted.keys)
        token = open_session(store, fitting.account, attempt, now, door.limits)
    door.usual.note(fitting.account, attempt.client)
    _log.info("logged in", extra={"account": fitting.account, "network": _text(attempt.client)})
    return Opened(fitting.account, token)


def confirm(door: Doorkeeper, attempt: Attempt) -> Opened | Refused | Later:
    """Compare the password of somebody who has a session, such as before it is changed.

    Failures count for the session (`known_browser`), so that whoever has stolen one cannot guess.
    It opens no session: the token is empty. It raises what `log_in` raises.
    """
    counted = lockout.counted_for(attempt.name, attempt.client, attempt.known_browser)
    fitting = _compare(door, attempt, counted)
    if isinstance(fitting, Refused | Later):
        return fitting
    with door.open_store() as store, store.transaction():
        _forgive(store, counted.keys)
    return Opened(fitting.account, "")


def open_session(
    store: Store, account: str, attempt: Attempt, now: datetime, limits: SessionLimits
) -> str:
    """Store a new session in the transaction of the caller; return its token."""
    token = new_token()
    network = _text(attempt.client)
    if not is_doubtful(store, now):
        store.web_sessions.end_before(opened=now - limits.longest, used=now - limits.idle)
    store.web_sessions.add(
        WebSession(digest(token), account, now, now, network, attempt.agent[:_AGENT])
    )
    store.trail.add(at=now, actor=account, act="session.opened", subject=account, network=network)
    return token


@dataclass(frozen=True, slots=True)
class _Fitting:
    account: str
    hash: str


def _compare(
    door: Doorkeeper, attempt: Attempt, counted: lockout.Counted, *, usual: bool = False
) -> _Fitting | Refused | Later:
    """Refuse it, or count the attempt and then compare its password.

    It takes a place before it is counted, because whoever must come again tried no password.
    """
    now = door.clock()
    left = door.refusals.left(counted, now)
    if left:
        return _later(left)
    network, known = lockout.network_of(attempt.client), bool(attempt.known_browser)
    with door.hasher.places.take(network, known=known, usual=usual):
        return _compared(door, attempt, counted, now)


def _compared(
    door: Doorkeeper, attempt: Attempt, counted: lockout.Counted, now: datetime
) -> _Fitting | Refused | Later:
    network = _text(attempt.client)
    with door.open_store() as store, store.transaction():
        before = store.login_failures.of(counted.keys)
        waits = lockout.waits(counted, before, now)
        left = max(waits.values())
        account = store.accounts.get(attempt.name)
        if left:
            _delays.warning("login refused: too many failures", extra={"network": network})
            door.refusals.note(waits, now)
            return _later(left)
        known = account is not None and not account.disabled
        hash_ = store.passwords.of(account.name) if account is not None and known else None
        counts = {key: lockout.after(before.get(key), now) for key in counted.keys}
        for key, failures in counts.items():
            store.login_failures.set(key, failures)
        store.login_failures.forget(now - lockout.FORGOTTEN)
        if not is_doubtful(store, now):
            store.trail.forget_networks(now - door.limits.keep_networks)
    if not door.hasher.fits(hash_, attempt.password) or account is None or hash_ is None:
        _refused(door.open_store, account.name if account else "", counts, network, now)
        return Refused()
    return _Fitting(account.name, hash_)


def _later(left: timedelta) -> Later:
    return Later(max(1, -int(-left.total_seconds() // 1)))


def _still_fits(store: Store, fitting: _Fitting) -> bool:
    """Return whether the account did not change while its password was compared."""
    present = store.accounts.get(fitting.account)
    return (
        present is not None
        and not present.disabled
        and store.passwords.of(fitting.account) == fitting.hash
    )


def _text(client: Address | None) -> str:
    return "" if client is None else str(client)


def _refused(
    open_store: OpenStore, account: str, counts: dict[str, Failures], network: str, now: datetime
) -> None:
    """Log a failure, and note in the trail that the delay of an account or network grows."""
    _log.warning("login failed", extra={"account": account or "unknown", "network": network})
    grown = [key for key, failures in counts.items() if lockout.grows(key, failures)]
    if not grown:
        return
    with open_store() as store, store.transaction():
        if store.trail.count("login.delayed", now - timedelta(hours=1)) >= _MOST_NOTED:
            return
        for key in grown:
            kind, _, _ = key.partition(":")
            wait = lockout.delay(kind, counts[key].count)
            store.trail.add(
                at=now,
                actor="",
                act="login.delayed",
                subject=account or "unknown account",
                detail=f"{kind}: {counts[key].count} failures, next try after"
                f" {int(wait.total_seconds())} s",
                network=network,
            )


def _forgive(store: Store, keys: Collection[str]) -> None:
    """Forget the failures of the account and browser; of the network only this attempt.

    Otherwise whoever has an account could try others without end, by logging in between.
    """
    present = store.login_failures.of(keys)
    for key in keys:
        failures = present.get(key)
        if key.startswith("network:") and failures is not None and failures.count > 1:
            store.login_failures.set(key, Failures(failures.count - 1, failures.last_at))
        else:
            store.login_failures.clear(key)
