"""Know in memory who may log in and which sessions last, without reading it for each request.

A change is seen at once, whichever process makes it: every commit changes the files of the
database, and a number in it says whether accounts or sessions were among what changed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from config.roles import Role
from pipeline.review.accounts.login import SessionLimits
from pipeline.review.accounts.tokens import digest
from storage.accounts import Account
from storage.errors import StoreBusyError
from storage.stamp import Stamp
from storage.store import OpenStore, Store
from storage.web_sessions import WebSession

#: the time for which known accounts count while another program holds the database
_TRUSTED = timedelta(minutes=1)
#: the use of a session is written at most this often
NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose session a request belongs to."""

    account: str
    role: Role
    session: WebSession


@dataclass(frozen=True, slots=True)
class _Known:
    generation: int
    read_at: datetime
    accounts: Mapping[str, Account]
    sessions: Mapping[str, WebSession]


class AccessBook:
    """The accounts and sessions of a survey, as they were read last."""

    def __init__(
        self,
        open_store: OpenStore,
        read_store: OpenStore,
        *,
        read_before_write: OpenStore | None = None,
        stamp: Callable[[], Stamp],
        clock: Callable[[], datetime],
        limits: SessionLimits,
    ) -> None:
        """Read nothing yet.

        Args:
            open_store: opens the database.
            read_store: opens it for reading.
            read_before_write: does the same for a request that writes next; None: `read_store`.
            stamp: differs after each commit of any process.
            clock: tells the time.
            limits: how long sessions last.
        """
        self._open_store = open_store
        self._read_store = read_store
        self._read_before_write = read_before_write or read_store
        self._stamp = stamp
        self._clock = clock
        self.limits = limits
        self._lock = Lock()
        self._seen: Stamp | None = None
        self._known: _Known | None = None
        #: by session: its last request, and the last one that was written
        self._used: dict[str, tuple[datetime, datetime]] = {}

    @property
    def team(self) -> bool:
        """Whether there are accounts, so that everybody logs in."""
        return self._known is not None and bool(self._known.accounts)

    def is_current(self) -> bool:
        """Return whether nothing was committed since `refresh`."""
        return self._known is not None and self._seen == self._stamp()

    def refresh(self, *, writes_next: bool = False) -> None:
        """Read accounts and sessions again if they changed.

        Args:
            writes_next: the request writes after it.

        Raises:
            StoreBusyError: another program has held the database for a minute, and there are
                accounts.
            StorageError: the database cannot be read.
        """
        with self._lock:
            if self.is_current():
                return
            now, stamp, known = self._clock(), self._stamp(), self._known
            is_same_file = self._seen is not None and self._seen.file == stamp.file
            try:
                opened = self._read_before_write if writes_next else self._read_store
                with opened() as store:
                    generation = store.web_sessions.generation()
                    if known is not None and is_same_file and known.generation == generation:
                        known = replace(known, read_at=now)
                    else:
                        known = _read(store, generation, now)
            except StoreBusyError:
                # either way, because a clock that was set back would trust them until it is there
                if known is None or (known.accounts and abs(now - known.read_at) > _TRUSTED):
                    raise
                return
            self._known, self._seen = known, stamp
            self._used = {key: used for key, used in self._used.items() if key in known.sessions}

    def identify(self, token: str) -> Identity | None:
        """Return whose session a token belongs to, and note its use; None: it does not last."""
        known = self._known
        if known is None or not token:
            return None
        session = known.sessions.get(digest(token))
        if session is None:
            return None
        account = known.accounts.get(session.account)
        if account is None or account.disabled:
            return None
        now = self._clock()
        used, written = self._used.get(session.digest, (session.used_at, session.used_at))
        if not self._lasts(session, used, now):
            return None
        self._used[session.digest] = (max(now, used), written)
        return Identity(account.name, account.role, session)

    def is_use_due(self, session: WebSession) -> bool:
        """Return whether the last use of a session should be written now."""
        used, written = self._used.get(session.digest, (session.used_at, session.used_at))
        return used - written >= NOTED_EVERY

    def write_use(self, session: WebSession) -> None:
        """Write when a session was used last; not now if another program has the database."""
        used, _ = self._used.get(session.digest, (session.used_at, session.used_at))
        self._used[session.digest] = (used, used)
        try:
            with self._open_store() as store:
                store.web_sessions.used(session.digest, used)
        except StoreBusyError:
            return

    def sessions_of(self, account: str) -> tuple[WebSession, ...]:
        """Return the sessions of an account that last, the one used last first."""
        known, now = self._known, self._clock()
        if known is None:
            return ()
        current = (
            replace(one, used_at=self._used.get(one.digest, (one.used_at, one.used_at))[0])
            for one in known.sessions.values()
            if one.account == account
        )
        lasting = [one for one in current if self._lasts(one, one.used_at, now)]
        return tuple(sorted(lasting, key=lambda one: one.used_at, reverse=True))

    def _lasts(self, session: WebSession, used: datetime, now: datetime) -> bool:
        """Return whether a session lasts; one that is dated ahead by a wrong clock does not."""
        return (
            abs(now - used) < self.limits.idle
            and abs(now - session.opened_at) < self.limits.longest
        )


def _read(store: Store, generation: int, now: datetime) -> _Known:
    return _Known(
        generation,
        now,
        {one.name: one for one in store.accounts.all()},
        {one.digest: one for one in store.web_sessions.all()},
    )
