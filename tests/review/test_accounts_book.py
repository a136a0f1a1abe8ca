"""What a service knows of accounts and sessions, and when it reads them again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from config.roles import Role
from pipeline.review.accounts import acts
from pipeline.review.accounts.book import NOTED_EVERY, AccessBook
from pipeline.review.accounts.login import Opened
from pipeline.review.accounts.tokens import digest
from storage.errors import StoreBusyError
from storage.stamp import database_stamp
from storage.store import OpenStore, Store
from tests.support.accounts import LIMITS, Hands, Team
from tests.support.review import START
from tests.support.storage import database, opener


class Doors:
    """Openers that count, and that can be busy."""

    def __init__(self, open_store: OpenStore) -> None:
        self._open_store = open_store
        self.reads = self.writes = 0
        self.busy = False

    @contextmanager
    def read(self) -> Iterator[Store]:
        self.reads += 1
        if self.busy:
            raise StoreBusyError("held", hint="wait")
        with self._open_store() as store:
            yield store

    @contextmanager
    def write(self) -> Iterator[Store]:
        self.writes += 1
        if self.busy:
            raise StoreBusyError("held", hint="wait")
        with self._open_store() as store:
            yield store


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def team(tmp_path: Path, clock: Hands) -> Team:
    return Team(opener(tmp_path), clock)


@pytest.fixture
def doors(team: Team) -> Doors:
    return Doors(team.open_store)


@pytest.fixture
def book(doors: Doors, tmp_path: Path, clock: Hands) -> AccessBook:
    path = database(tmp_path)
    book = AccessBook(
        doors.write, doors.read, stamp=lambda: database_stamp(path), clock=clock, limits=LIMITS
    )
    book.refresh()
    return book


def token(team: Team, name: str = "ada") -> str:
    opened = team.attempt(name)
    assert isinstance(opened, Opened)
    return opened.token


def account(book: AccessBook, token: str) -> str | None:
    if not book.is_current():
        book.refresh()
    identity = book.identify(token)
    return None if identity is None else identity.account


def test_first_account_of_another_process_is_seen(book: AccessBook, team: Team) -> None:
    assert not book.team
    assert book.is_current()
    team.add("ada", Role.ADMIN)
    assert not book.is_current()
    book.refresh()
    assert book.team


def test_session_is_known_by_its_token_only(book: AccessBook, team: Team) -> None:
    team.add("ada", Role.ADMIN)
    secret = token(team)
    assert account(book, secret) == "ada"
    for other in ("", "x", secret[:-1], secret + "x", digest(secret), "\N{SNOWMAN}", "x" * 9_999):
        assert account(book, other) is None


def test_requests_read_nothing_until_something_is_committed(
    book: AccessBook, team: Team, doors: Doors
) -> None:
    team.add("ada", Role.ADMIN)
    secret = token(team)
    assert account(book, secret) == "ada"
    before = doors.reads
    for _ in range(50):
        assert account(book, secret) == "ada"
    assert doors.reads == before
    assert doors.writes == 0


@pytest.mark.parametrize("how", ["end", "everywhere", "disable", "password"])
def test_session_ended_elsewhere_ends_at_once(book: AccessBook, team: Team, how: str) -> None:
    team.add("ada", Role.ADMIN)
    team.add("bo")
    secret, other = token(team, "bo"), token(team, "ada")
    assert account(book, secret) == "bo"
    with team.open_store() as store:
        if how == "end":
            acts.end_session(store, "bo", digest(secret), team.by("bo"))
        elif how == "everywhere":
            acts.end_sessions(store, "bo", team.by("bo"))
        elif how == "disable":
            acts.disable(store, "bo", team.by())
        else:
            acts.set_password(store, "bo", "another hash", team.by(), how="by test")
    assert account(book, secret) is None
    assert account(book, other) == "ada"


def test_nobody_ends_a_session_of_another_account(book: AccessBook, team: Team) -> None:
    team.add("ada", Role.ADMIN)
    team.add("bo")
    secret = token(team, "ada")
    with team.open_store() as store:
        assert not acts.end_session(store, "bo", digest(secret), team.by("bo"))
    assert account(book, secret) == "ada"


def test_role_changes_within_a_session(book: AccessBook, team: Team) -> None:
    team.add("ada", Role.ADMIN)
    team.add("bo")
    secret = token(team, "bo")
    with team.open_store() as store:
        acts.set_role(store, "bo", Role.PUBLISHER, team.by())
    book.refresh()
    identity = book.identify(secret)
    assert identity is not None
    assert identity.role is Role.PUBLISHER


def test_idle_session_ends_and_used_one_lasts_to_its_limit(
    book: AccessBook, team: Team, clock: Hands
) -> None:
    team.add("ada", Role.ADMIN)
    used, idle = token(team), token(team)
    ended = START + LIMITS.longest
    while clock.now + timedelta(minutes=29) < ended:
        clock.move(minutes=29)
        assert account(book, used) == "ada"
    assert account(book, idle) is None
    clock.now = ended
    assert account(book, used) is None


def test_session_dated_ahead_does_not_last(book: AccessBook, team: Team, clock: Hands) -> None:
    """Somebody logged in while the clock stood in another century."""
    team.add("ada", Role.ADMIN)
    clock.move(days=60_000)
    secret = token(team)
    assert account(book, secret) == "ada"
    clock.now = START
    assert account(book, secret) is None
    assert book.sessions_of("ada") == ()


def test_use_is_written_every_few_minutes_only(
    book: AccessBook, team: Team, doors: Doors, clock: Hands
) -> None:
    team.add("ada", Role.ADMIN)
    secret = token(team)
    for _ in range(60):
        clock.move(seconds=30)
        assert account(book, secret) == "ada"
        identity = book.identify(secret)
        assert identity is not None
        if book.is_use_due(identity.session):
            book.write_use(identity.session)
    assert doors.writes == timedelta(minutes=30) // NOTED_EVERY
    with team.open_store() as store:
        [session] = store.web_sessions.all()
    assert clock.now - session.used_at < NOTED_EVERY


@pytest.mark.parametrize("way", [1, -1], ids=["passed", "set back"])
def test_busy_database_is_waited_for_a_minute_only(
    book: AccessBook, team: Team, doors: Doors, clock: Hands, way: int
) -> None:
    team.add("ada", Role.ADMIN)
    secret = token(team)
    assert account(book, secret) == "ada"
    team.add("bo")  # a change that cannot be read
    doors.busy = True
    clock.move(seconds=59 * way)
    assert account(book, secret) == "ada"
    clock.move(seconds=2 * way)
    with pytest.raises(StoreBusyError):
        book.refresh()


def test_busy_database_of_one_person_is_no_obstacle(
    book: AccessBook, team: Team, doors: Doors, clock: Hands
) -> None:
    """Pages say themselves that it is busy, and keep what was typed."""
    with team.open_store() as store:
        store.trail.add(at=START, actor="ada", act="test.act", subject="x")
    doors.busy = True
    clock.move(minutes=5)
    book.refresh()
    assert not book.team


def test_sessions_are_listed_by_their_last_use(book: AccessBook, team: Team, clock: Hands) -> None:
    team.add("ada", Role.ADMIN)
    first, second = token(team), token(team)
    book.refresh()
    clock.move(minutes=1)
    assert account(book, first) == "ada"
    listed = book.sessions_of("ada")
    assert [one.digest for one in listed] == [digest(first), digest(second)]
    assert listed[0].used_at == clock.now
    clock.move(minutes=29, seconds=30)
    assert [one.digest for one in book.sessions_of("ada")] == [digest(first)]


def test_replaced_database_is_read_whole(book: AccessBook, team: Team, tmp_path: Path) -> None:
    team.add("ada", Role.ADMIN)
    secret = token(team)
    assert account(book, secret) == "ada"
    path = database(tmp_path)
    with team.open_store() as store:
        store.web_sessions._session.write("DELETE FROM web_session")  # as in another copy
    copy = path.read_bytes()
    path.rename(tmp_path / "former.duckdb")
    path.write_bytes(copy)
    assert account(book, secret) is None
