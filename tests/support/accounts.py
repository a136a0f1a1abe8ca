"""Accounts for tests: a fast hasher, limits, and accounts with a password."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address

import argon2

from config.roles import Role
from pipeline.review.accounts import acts
from pipeline.review.accounts.acts import By
from pipeline.review.accounts.hashing import Hasher
from pipeline.review.accounts.login import (
    Attempt,
    Doorkeeper,
    Later,
    Opened,
    Refused,
    SessionLimits,
    log_in,
)
from pipeline.review.accounts.usual import UsualNetworks
from storage.store import OpenStore
from tests.support.review import START

#: the least that Argon2 takes, because a test hashes many passwords
QUICK = argon2.Parameters(
    type=argon2.Type.ID,
    version=19,
    salt_len=8,
    hash_len=16,
    time_cost=1,
    memory_cost=8,
    parallelism=1,
)
LIMITS = SessionLimits(
    longest=timedelta(hours=12), idle=timedelta(minutes=30), keep_networks=timedelta(days=30)
)
PASSWORD = "seven otters juggle marbles"


@dataclass
class Hands:
    """A clock that is moved by hand."""

    now: datetime = START

    def __call__(self) -> datetime:
        """Return the instant it shows."""
        return self.now

    def move(self, **passed: float) -> None:
        """Move it, for example by `minutes=5`."""
        self.now += timedelta(**passed)


@dataclass
class Team:
    """Accounts over a database, and attempts to log in to them."""

    open_store: OpenStore
    clock: Callable[[], datetime]
    hasher: Hasher = field(default_factory=lambda: Hasher(QUICK))
    usual: UsualNetworks = field(default_factory=UsualNetworks)

    def by(self, actor: str = "root") -> By:
        """Return who does something now."""
        return By(actor, self.clock())

    def add(self, name: str, role: Role = Role.REVIEWER, password: str = PASSWORD) -> None:
        """Add an account; it has no password if that is empty."""
        hash_ = self.hasher.hash(password) if password else ""
        with self.open_store() as store, store.transaction():
            acts.add_account(store, name, role, self.by())
            if hash_:
                acts.set_password(store, name, hash_, self.by(), how="by test")

    def attempt(
        self,
        name: str,
        password: str = PASSWORD,
        address: str = "192.0.2.1",
        known_browser: str = "",
    ) -> Opened | Refused | Later:
        """Try to log in from an address."""
        return log_in(
            Doorkeeper(self.open_store, self.hasher, self.clock, LIMITS, usual=self.usual),
            Attempt(name, password, ip_address(address), "a browser", known_browser),
        )

    def acts(self) -> list[str]:
        """Return what is in the trail, the oldest first."""
        with self.open_store() as store:
            return [one.act for one in reversed(store.trail.recent(10_000))]
