"""Logging in: one answer and equal work for every fault, and delays that grow and end."""

import logging
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from ipaddress import ip_address
from itertools import islice
from pathlib import Path

import argon2
import pytest

from config.roles import Role
from pipeline.review.accounts import acts, lockout, login
from pipeline.review.accounts.hashing import Hasher
from pipeline.review.accounts.lockout import counted_for, delay, network_of, waits
from pipeline.review.accounts.login import (
    Attempt,
    Doorkeeper,
    Later,
    Opened,
    Refused,
    log_in,
)
from pipeline.review.accounts.places import (
    STRANGERS,
    WAITING,
    Places,
    TooManyLoginsError,
)
from pipeline.review.accounts.tokens import digest
from pipeline.review.accounts.usual import UsualNetworks
from pipeline.runtime.clock import confirm
from storage.login_failures import MOST, Failures
from storage.store import Store
from tests.support.accounts import LIMITS, PASSWORD, QUICK, Hands, Team
from tests.support.review import START, kept_site
from tests.support.storage import opener


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def team(tmp_path: Path, clock: Hands) -> Team:
    team = Team(opener(tmp_path), clock)
    team.add("ada", Role.ADMIN)
    return team


def test_right_password_opens_a_session_in_any_letters(team: Team) -> None:
    opened = team.attempt(" ADA ")
    assert isinstance(opened, Opened)
    assert opened.account == "ada"
    with team.open_store() as store:
        [session] = store.web_sessions.all()
    assert (session.account, session.network, session.agent) == ("ada", "192.0.2.1", "a browser")
    assert session.digest == digest(opened.token)
    assert opened.token not in str(session)
    assert team.acts()[-1] == "session.opened"


def test_every_session_has_another_token(team: Team) -> None:
    tokens = {opened.token for _ in range(5) if isinstance(opened := team.attempt("ada"), Opened)}
    assert len(tokens) == 5


@pytest.mark.parametrize("name", ["ada", "nobody", "off", "bare"])
def test_faults_have_one_answer_and_equal_work(team: Team, name: str) -> None:
    """A known account, an unknown one, a disabled one, and one without a password."""
    team.add("off")
    team.add("bare", password="")
    with team.open_store() as store:
        acts.disable(store, "off", team.by())
    before = team.hasher.calls
    password = "wrong" if name == "ada" else PASSWORD
    assert team.attempt(name, password) == Refused()
    assert team.hasher.calls - before == 1
    with team.open_store() as store:
        counted = store.login_failures.of(
            counted_for(name, ip_address("192.0.2.1"), "").keys
        ).values()
    assert [one.count for one in counted] == [1, 1]


def test_delay_grows_is_capped_and_compares_no_password(team: Team, clock: Hands) -> None:
    for _ in range(5):
        assert team.attempt("ada", "wrong") == Refused()
    waits = []
    for _ in range(8):
        before = team.hasher.calls
        answer = team.attempt("ada")  # also the right password
        assert isinstance(answer, Later)
        assert team.hasher.calls == before
        waits.append(answer.seconds)
        clock.move(seconds=answer.seconds)
        assert team.attempt("ada", "wrong") == Refused()
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]
    clock.move(seconds=900)
    assert isinstance(team.attempt("ada"), Opened)


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_unknown_accounts_are_delayed_alike(team: Team, name: str) -> None:
    answers = [team.attempt(name, "wrong") for _ in range(7)]
    assert answers == [Refused()] * 5 + [Later(30)] * 2


def test_success_forgets_failures_of_the_account(team: Team) -> None:
    for _ in range(4):
        team.attempt("ada", "wrong")
    assert isinstance(team.attempt("ada"), Opened)
    assert [team.attempt("ada", "wrong") for _ in range(5)] == [Refused()] * 5


@pytest.mark.parametrize("count", [1, 20])
def test_failures_dated_ahead_delay_nobody(team: Team, clock: Hands, count: int) -> None:
    """The clock stood in another century for an hour."""
    right = clock.now
    clock.move(days=60_000)
    for _ in range(count):
        team.attempt("ada", "wrong")
    clock.now = right
    assert team.attempt("ada", "wrong") == Refused()
    assert isinstance(team.attempt("ada"), Opened)


def test_failures_are_forgotten_after_a_day(team: Team, clock: Hands) -> None:
    for _ in range(5):
        team.attempt("ada", "wrong")
    clock.move(days=1)
    assert team.attempt("ada", "wrong") == Refused()
    with team.open_store() as store:
        counted = store.login_failures.of(counted_for("ada", ip_address("192.0.2.1"), "").keys)
    assert {one.count for one in counted.values()} == {1}


def test_one_network_cannot_try_many_accounts(team: Team) -> None:
    answers = [team.attempt(f"name {n}", "wrong") for n in range(25)]
    assert answers[:20] == [Refused()] * 20
    assert answers[20:] == [Later(30)] * 5
    assert isinstance(team.attempt("ada", address="192.0.2.2"), Opened)


def test_own_logins_do_not_reset_the_network(team: Team) -> None:
    """Whoever has an account must not try others without end by logging in between."""
    answers: list[object] = []
    for n in range(30):
        answers.append(team.attempt(f"name {n}", "wrong"))
        team.attempt("ada")
    assert answers.count(Refused()) == 20


def test_many_networks_cannot_try_one_account(team: Team) -> None:
    answers = [team.attempt("ada", "wrong", f"2001:db8:{n:x}::1") for n in range(1, 60)]
    assert answers.count(Refused()) == 5


def test_network_of_ipv6_is_its_64() -> None:
    one, other = "2001:db8:1:2:3::4", "2001:db8:1:2:ffff::1"
    assert network_of(ip_address(one)) == network_of(ip_address(other)) == "2001:db8:1:2::/64"
    assert network_of(ip_address("192.0.2.7")) == "192.0.2.7"
    assert network_of(None) == "unknown"


def test_known_browser_is_not_delayed_by_strangers(team: Team) -> None:
    for n in range(40):
        team.attempt("ada", "wrong", f"198.51.100.{n}")
    assert isinstance(team.attempt("ada"), Later)
    assert isinstance(team.attempt("ada", known_browser="b1"), Opened)
    answers = [team.attempt("ada", "wrong", known_browser="b1") for _ in range(7)]
    assert answers == [Refused()] * 5 + [Later(30)] * 2


def test_session_in_force_outlasts_a_delay(team: Team) -> None:
    opened = team.attempt("ada")
    assert isinstance(opened, Opened)
    for _ in range(9):
        team.attempt("ada", "wrong")
    with team.open_store() as store:
        assert [one.account for one in store.web_sessions.all()] == ["ada"]


def test_delay_survives_a_restart(team: Team, tmp_path: Path) -> None:
    for _ in range(5):
        team.attempt("ada", "wrong")
    again = Team(opener(tmp_path), team.clock)
    assert again.attempt("ada") == Later(30)


def test_flood_of_refused_logins_does_not_reach_the_database(team: Team, clock: Hands) -> None:
    for _ in range(5):
        team.attempt("ada", "wrong")
    opened = 0

    @contextmanager
    def counting() -> Iterator[Store]:
        nonlocal opened
        opened += 1
        with team.open_store() as store:
            yield store

    door = Doorkeeper(counting, team.hasher, clock, LIMITS)
    attempt = Attempt("ada", PASSWORD, ip_address("192.0.2.1"))
    for _ in range(200):
        clock.move(milliseconds=20)
        assert isinstance(log_in(door, attempt), Later)
    assert opened <= 5
    clock.move(seconds=30)
    assert isinstance(log_in(door, attempt), Opened)


def test_new_password_ends_the_delay_of_the_account(team: Team, clock: Hands) -> None:
    for _ in range(5):
        team.attempt("ada", "wrong", "198.51.100.1")
    assert isinstance(team.attempt("ada"), Later)
    with team.open_store() as store:
        hash_ = team.hasher.hash("eleven herons cross")
        acts.set_password(store, "ada", hash_, team.by(), how="by test")
    clock.move(seconds=1)
    assert isinstance(team.attempt("ada", "eleven herons cross"), Opened)


def test_trail_of_failures_is_bounded(
    team: Team, clock: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "_MOST_NOTED", 4)
    for n in range(7):
        for _ in range(5):
            team.attempt(f"name {n}", "wrong", f"198.51.{n}.1")
        clock.move(seconds=1)
    assert team.acts().count("login.delayed") == 4
    with team.open_store() as store:
        row = store.trail.recent(1)[0]
    assert row.subject == "unknown account"
    assert row.network.startswith("198.51.")


def test_rows_of_failures_are_bounded(team: Team) -> None:
    with team.open_store() as store, store.transaction():
        store._session.write(
            "INSERT INTO login_failure SELECT printf('network:%d', range), 1, now()::TIMESTAMP"
            " + INTERVAL (range) SECOND FROM range($count)",
            {"count": MOST + 500},
        )
        store.login_failures.forget(START - timedelta(days=9_999))
        kept = store._session.number("SELECT count(*) FROM login_failure")
        oldest = store._session.number("SELECT count(*) FROM login_failure WHERE who='network:0'")
    assert kept <= MOST + 1
    assert oldest == 0


def test_hash_with_old_parameters_is_made_again(team: Team) -> None:
    with team.open_store() as store:
        before = store.passwords.of("ada")
    stronger = argon2.Parameters(
        type=QUICK.type,
        version=19,
        salt_len=8,
        hash_len=16,
        time_cost=2,
        memory_cost=16,
        parallelism=1,
    )
    team.hasher = Hasher(stronger)
    assert isinstance(team.attempt("ada"), Opened)
    with team.open_store() as store:
        after = store.passwords.of("ada")
    assert after is not None
    assert after != before
    assert "m=16,t=2" in after
    assert isinstance(team.attempt("ada"), Opened)


def test_same_letters_from_another_keyboard_fit(team: Team) -> None:
    team.add("bo", password="ångström bridges fly")
    assert isinstance(
        team.attempt("bo", "a\N{COMBINING RING ABOVE}ngstro\u0308m bridges fly"), Opened
    )


def test_account_disabled_meanwhile_gets_no_session(team: Team) -> None:
    team.add("bo")

    class Slow(Hasher):
        def fits(self, hash_: str | None, password: str) -> bool:
            with team.open_store() as store:
                acts.disable(store, "bo", team.by())
            return super().fits(hash_, password)

    team.hasher = Slow(QUICK)
    assert team.attempt("bo") == Refused()
    with team.open_store() as store:
        assert store.web_sessions.all() == ()


def test_logins_that_wait_for_argon2_are_bounded(team: Team) -> None:
    team.add("bo")
    leases: list[int] = []
    before = team.open_store

    def counting() -> AbstractContextManager[Store]:
        leases.append(1)
        return before()

    team.open_store = counting
    with ExitStack() as others:
        for _ in range(WAITING):
            others.enter_context(team.hasher.places.take("", known=True))
        for _ in range(20):
            with pytest.raises(TooManyLoginsError, match="Too many logins"):
                team.attempt("bo")
    assert len(leases) <= 1  # the usual networks, once an hour
    assert isinstance(team.attempt("bo"), Opened)  # none of them counts as a failure


def test_flood_of_strangers_leaves_a_place_to_known_browsers(team: Team) -> None:
    with ExitStack() as strangers:
        for number in range(STRANGERS):
            strangers.enter_context(team.hasher.places.take(str(number)))
        with pytest.raises(TooManyLoginsError):
            team.attempt("ada")
        assert isinstance(team.attempt("ada", known_browser="hers"), Opened)
    assert isinstance(team.attempt("ada"), Opened)


def test_flood_from_one_network_leaves_places_to_others(team: Team) -> None:
    """Thirty attempts at once from one network, while people elsewhere use new browsers."""
    flood, half = 30, STRANGERS // 2
    for name in ("bo", "cy"):
        team.add(name)
    with ThreadPoolExecutor(flood + 4) as threads:
        with team.hasher._turn:  # nothing is compared meanwhile
            attempts = [
                threads.submit(team.attempt, f"x{n}", "wrong", "198.51.100.7") for n in range(flood)
            ]
            refused = list(islice(as_completed(attempts), flood - half))
            assert all(isinstance(one.exception(), TooManyLoginsError) for one in refused)
            people = [
                threads.submit(team.attempt, name, PASSWORD, address)
                for name, address in (("bo", "203.0.113.1"), ("cy", "203.0.113.2"))
            ]
            assert not any(one.done() and one.exception() for one in people)
        assert all(isinstance(one.result(), Opened) for one in people)
        assert sum(one.exception() is None for one in attempts) == half


@pytest.fixture
def served(tmp_path: Path, clock: Hands) -> Iterator[Team]:
    """A team whose database stays open between requests."""
    with kept_site(tmp_path) as site:
        team = Team(site.open_store, clock)
        team.add("ada", Role.ADMIN)
        yield team


def test_flood_from_many_networks_ends_by_itself(served: Team, clock: Hands) -> None:
    """Each network has few passwords compared, so that together they fill the places for a while.

    Six networks can hold all places of strangers. In an hour they have 27 passwords compared each.
    """
    compared: Counter[str] = Counter()
    networks = [f"198.51.{number}.7" for number in range(6)]
    for minute in range(60):
        for network in networks:
            while served.attempt(f"{minute} {compared[network]}", "wrong", network) == Refused():
                compared[network] += 1
        assert isinstance(served.attempt("ada", address="203.0.113.1"), Opened)
        clock.move(minutes=1)
    assert set(compared.values()) == {27}


def fail_elsewhere(team: Team) -> None:
    """Fail five times for ada from five networks, which delays her account."""
    for number in range(5):
        assert team.attempt("ada", "wrong", f"198.51.100.{number}") == Refused()


@pytest.mark.parametrize("restarted", [False, True])
def test_strangers_elsewhere_do_not_delay_a_usual_network(team: Team, *, restarted: bool) -> None:
    assert isinstance(team.attempt("ada"), Opened)
    if restarted:
        team.usual = UsualNetworks()
    fail_elsewhere(team)
    assert team.attempt("ada", address="203.0.113.9") == Later(30)
    assert isinstance(team.attempt("ADA "), Opened)
    assert team.attempt("ada", address="203.0.113.9") == Later(30)  # strangers wait on


def test_network_is_usual_as_long_as_its_address_is_kept(team: Team, clock: Hands) -> None:
    assert isinstance(team.attempt("ada"), Opened)
    clock.move(days=29)
    fail_elsewhere(team)
    assert isinstance(team.attempt("ada", address="192.0.2.1"), Opened)
    clock.move(days=31)
    fail_elsewhere(team)
    assert team.attempt("ada") == Later(30)


def test_guesses_in_a_usual_network_are_delayed_alike(team: Team) -> None:
    team.add("bo")
    assert isinstance(team.attempt("ada"), Opened)
    for name in ("ada", "bo", "nobody"):
        answers = [team.attempt(name, "wrong") for _ in range(6)]
        assert answers == [Refused()] * 5 + [Later(30)]
    with team.open_store() as store:
        acts.set_password(store, "ada", team.hasher.hash(PASSWORD), team.by(), how="by link")
    assert isinstance(team.attempt("ada"), Opened)


def test_many_networks_leave_a_place_to_a_usual_one(team: Team) -> None:
    """Twelve places of strangers are held by six networks; none is usual."""
    team.add("bo")
    for name, address in (("ada", "192.0.2.1"), ("bo", "192.0.2.2"), ("bo", "192.0.2.3")):
        assert isinstance(team.attempt(name, address=address), Opened)
    places = team.hasher.places
    with ExitStack() as strangers:
        for number in range(STRANGERS):
            strangers.enter_context(places.take(f"198.51.{number % 6}.7"))
        with pytest.raises(TooManyLoginsError):
            team.attempt("ada", address="203.0.113.1")
        assert isinstance(team.attempt("ada"), Opened)
        with places.take("192.0.2.1", usual=True):
            with pytest.raises(TooManyLoginsError):  # one place of a network
                team.attempt("ada")
            with places.take("192.0.2.2", usual=True), pytest.raises(TooManyLoginsError):
                team.attempt("bo", address="192.0.2.3")
            assert isinstance(team.attempt("bo", known_browser="his"), Opened)
    assert places._usual == set()


def test_team_behind_one_address_logs_in_together(team: Team) -> None:
    with ExitStack() as colleagues:
        for _ in range(STRANGERS // 2):
            colleagues.enter_context(team.hasher.places.take("192.0.2.1"))
        with pytest.raises(TooManyLoginsError):
            team.attempt("ada")
        assert isinstance(team.attempt("ada", address="192.0.2.2"), Opened)
    assert isinstance(team.attempt("ada"), Opened)


def test_places_forget_networks() -> None:
    places = Places()
    for number in range(100):
        with places.take(str(number)):
            pass
    assert dict(places._strangers) == {}


def test_no_password_or_token_is_logged(team: Team, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        opened = team.attempt("ada")
        team.attempt("ada", "a wrong secret")
    assert isinstance(opened, Opened)
    said = str([vars(record) for record in caplog.records])
    assert "login failed" in said
    assert "192.0.2.1" in said
    for secret in (PASSWORD, "a wrong secret", opened.token, digest(opened.token)):
        assert secret not in said


@pytest.mark.parametrize("kind", ["account", "browser", "network"])
def test_delays_never_shrink_and_never_exceed_their_cap(kind: str) -> None:
    delays = [delay(kind, failures) for failures in range(2_000)]
    assert delays == sorted(delays)
    assert delays[0] == timedelta()
    assert delays[-1] == timedelta(minutes=15)


@pytest.mark.parametrize(
    ("ahead", "minutes"), [(timedelta(hours=20), 15), (timedelta(days=300), 0)]
)
def test_clock_set_back_delays_no_longer_than_the_cap(ahead: timedelta, minutes: int) -> None:
    counted = counted_for("ada", None, "")
    future = Failures(99, START + ahead)
    found = waits(counted, dict.fromkeys(counted.keys, future), START)
    assert set(found.values()) == {timedelta(minutes=minutes)}
    assert timedelta(minutes=15) < lockout.FORGOTTEN


def test_clock_a_century_ahead_ends_no_session_and_deletes_no_address(
    team: Team, clock: Hands
) -> None:
    right = clock.now
    with team.open_store() as store:
        confirm(store, right, is_set=False)
    opened = team.attempt("ada")
    clock.move(days=60_000)
    assert isinstance(team.attempt("ada"), Opened)
    clock.now = right
    with team.open_store() as store:
        assert digest(_token(opened)) in {one.digest for one in store.web_sessions.all()}
        networks = store.trail.networks("session.opened", right - timedelta(days=1))
    assert networks == [("ada", "192.0.2.1")]
    clock.move(days=31)
    team.attempt("ada", address="192.0.2.2")
    with team.open_store() as store:
        assert digest(_token(opened)) not in {one.digest for one in store.web_sessions.all()}
        rows = [one.network for one in store.trail.recent(10) if one.at == right and one.network]
    assert rows == []


def _token(opened: Opened | Refused | Later) -> str:
    assert isinstance(opened, Opened)
    return opened.token
