"""Who receives mail: opt-in, choices, leaving, erasing, and what an older database cannot undo."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage.departures import departures_path, read_departures
from storage.errors import SubscriberNotFoundError
from storage.store import OpenStore, Store
from storage.subscriber_moves import move_choices
from storage.subscriber_types import (
    Asked,
    Choices,
    Confirmed,
    How,
    OptInLimits,
    OptInRequest,
    Recipient,
    Rhythm,
    SubscriberState,
)
from tests.support.storage import database

WEEK = timedelta(days=7)
LIMITS = OptInLimits(per_mailbox=3, per_network=5, in_all=8)


def request(name: str, number: int = 1, **changes: object) -> OptInRequest:
    given = {
        "confirmation_id": f"c-{name}-{number}",
        "subscriber_id": f"s-{name}-{number}",
        "address": f"{name}@example.org",
        "address_key": f"k-{name}",
        "mailbox_key": f"m-{name}",
        "network_key": f"n-{name}",
        "choices": Choices("zh", ("video", "image"), Rhythm.MONTHLY),
        "wording": "Send me the digest.",
        **changes,
    }
    return OptInRequest(**given)  # type: ignore[arg-type]


def join(store: Store, name: str, now: datetime, number: int = 1) -> str:
    """Ask and confirm; return the subscriber ID."""
    assert store.confirmations.ask(request(name, number), LIMITS, now) is Asked.QUEUED
    confirmation = f"c-{name}-{number}"
    assert store.confirmations.confirm(confirmation, now, valid_for=WEEK) is Confirmed.DONE
    found = store.subscribers.with_key(f"k-{name}")
    assert found is not None
    return found.subscriber_id


def test_only_who_confirms_receives_mail(store: Store, now: datetime) -> None:
    asked = request("ada")
    assert store.confirmations.ask(asked, LIMITS, now) is Asked.QUEUED
    assert store.subscribers.recipients() == ()
    [waiting] = store.confirmations.waiting(now, valid_for=WEEK)
    assert (waiting.address, waiting.kind.value, waiting.state) == (
        "ada@example.org",
        "confirm",
        "waiting",
    )
    later = now + timedelta(hours=1)
    assert (
        store.confirmations.confirm(asked.confirmation_id, later, valid_for=WEEK) is Confirmed.DONE
    )
    assert store.subscribers.recipients() == (
        Recipient("s-ada-1", "ada@example.org", "zh", ("video", "image"), Rhythm.MONTHLY, "k-ada"),
    )
    ada = store.subscribers.get("s-ada-1")
    assert ada is not None
    assert (ada.wording, ada.consented_at) == ("Send me the digest.", later)
    assert [event.kind for event in store.subscribers.events("s-ada-1")] == ["asked", "confirmed"]


def test_confirming_twice_changes_nothing(store: Store, now: datetime) -> None:
    ada = join(store, "ada", now)
    assert store.confirmations.confirm("c-ada-1", now, valid_for=WEEK) is Confirmed.ALREADY
    assert store.subscribers.leave(ada, How.PAGE, now)
    # A used link does not bring somebody back who left.
    assert store.confirmations.confirm("c-ada-1", now, valid_for=WEEK) is Confirmed.OVER
    assert store.subscribers.recipients() == ()


@pytest.mark.parametrize(
    ("age", "outcome"), [(WEEK, Confirmed.DONE), (WEEK * 1.01, Confirmed.OVER)]
)
def test_a_confirmation_ends_after_its_days(
    store: Store, now: datetime, age: timedelta, outcome: Confirmed
) -> None:
    store.confirmations.ask(request("ada"), LIMITS, now)
    assert store.confirmations.confirm("c-ada-1", now + age, valid_for=WEEK) is outcome
    assert store.confirmations.confirm("c-nobody", now, valid_for=WEEK) is Confirmed.OVER


def test_address_that_is_not_confirmed_is_erased(store: Store, now: datetime) -> None:
    store.confirmations.ask(request("ada"), LIMITS, now)
    join(store, "bo", now)
    assert store.confirmations.expire(now + timedelta(days=6), valid_for=WEEK) == 0
    assert store.confirmations.expire(now + timedelta(days=8), valid_for=WEEK) == 1
    ada = store.subscribers.get("s-ada-1")
    assert ada is not None
    assert (ada.state, ada.address) == (SubscriberState.EXPIRED, None)
    assert store.confirmations.waiting(now, valid_for=WEEK)[0].address == "bo@example.org"
    # They can ask again.
    assert join(store, "ada", now + timedelta(days=9), 2) == "s-ada-2"


def test_known_address_gets_another_mail_and_keeps_its_choices(store: Store, now: datetime) -> None:
    ada = join(store, "ada", now)
    again = request("ada", 2, choices=Choices("en"))
    assert store.confirmations.ask(again, LIMITS, now) is Asked.QUEUED
    known = store.confirmations.get("c-ada-2")
    assert known is not None
    assert (known.kind.value, known.subscriber_id) == ("known", ada)
    assert store.confirmations.confirm("c-ada-2", now, valid_for=WEEK) is Confirmed.ALREADY
    [recipient] = store.subscribers.recipients()
    assert recipient.language == "zh"


def test_mailbox_network_and_all_have_their_limits(store: Store, now: datetime) -> None:
    ask: Callable[..., Asked] = lambda *given, **changes: store.confirmations.ask(  # noqa: E731
        request(*given, **changes), LIMITS, now
    )
    tagged = [ask(f"a{number}", mailbox_key="m", network_key=f"n{number}") for number in range(4)]
    assert tagged == [*[Asked.QUEUED] * 3, Asked.MAILBOX_LIMIT]
    by_network = [ask(f"b{number}", network_key="n") for number in range(6)]
    assert by_network == [*[Asked.QUEUED] * 5, Asked.NETWORK_LIMIT]
    assert ask("c") is Asked.TOTAL_LIMIT
    # Commands are limited by mailbox only, and not counted with the pages.
    assert ask("d", network_key=None) is Asked.QUEUED
    later = now + timedelta(hours=1)
    assert store.confirmations.ask(request("e", network_key="n"), LIMITS, later) is Asked.QUEUED
    assert (
        store.confirmations.ask(request("f", mailbox_key="m"), LIMITS, later) is Asked.MAILBOX_LIMIT
    )
    next_day = now + timedelta(days=1)
    assert store.confirmations.ask(request("g", mailbox_key="m"), LIMITS, next_day) is Asked.QUEUED


def test_networks_are_forgotten_after_a_day(store: Store, now: datetime) -> None:
    store.confirmations.ask(request("ada"), LIMITS, now)
    kept = "SELECT count(*) FROM confirmation WHERE network_key IS NOT NULL"
    store.confirmations.expire(now + timedelta(hours=23), valid_for=WEEK)
    assert store._session.number(kept) == 1
    store.confirmations.expire(now + timedelta(hours=24), valid_for=WEEK)
    assert store._session.number(kept) == 0


def test_confirmation_mail_is_begun_once(store: Store, now: datetime) -> None:
    store.confirmations.ask(request("ada"), LIMITS, now)
    assert store.confirmations.begin("c-ada-1", now)
    assert not store.confirmations.begin("c-ada-1", now)
    assert store.confirmations.waiting(now, valid_for=WEEK) == ()
    store.confirmations.end("c-ada-1", "deferred", now, detail="451 later")
    assert len(store.confirmations.waiting(now, valid_for=WEEK)) == 1
    assert store.confirmations.begin("c-ada-1", now)
    store.confirmations.end("c-ada-1", "sent", now, detail="250 ok")
    found = store.confirmations.get("c-ada-1")
    assert found is not None
    assert found.state == "sent"
    with pytest.raises(ValueError, match="lost"):
        store.confirmations.end("c-ada-1", "lost", now)


def test_choices_pause_and_resume_are_recorded_once(store: Store, now: datetime) -> None:
    ada = join(store, "ada", now)
    wanted = Choices("en", (), Rhythm.WEEKLY)
    assert store.subscribers.choose(ada, wanted, How.PAGE, now)
    assert not store.subscribers.choose(ada, wanted, How.PAGE, now)
    assert store.subscribers.pause(ada, How.PAGE, now)
    assert not store.subscribers.pause(ada, How.PAGE, now)
    assert store.subscribers.recipients() == ()
    assert store.subscribers.resume(ada, How.PAGE, now)
    assert not store.subscribers.resume(ada, How.PAGE, now)
    [recipient] = store.subscribers.recipients()
    assert (recipient.language, recipient.sections, recipient.rhythm) == ("en", (), Rhythm.WEEKLY)
    assert store.subscribers.counts() == {SubscriberState.CONFIRMED: 1}


def test_leaving_is_idempotent_and_ends_everything(store: Store, now: datetime) -> None:
    ada = join(store, "ada", now)
    store.subscribers.pause(ada, How.PAGE, now)
    assert store.subscribers.leave(ada, How.ONE_CLICK, now)
    assert not store.subscribers.leave(ada, How.ONE_CLICK, now)
    assert not store.subscribers.leave("nobody", How.ONE_CLICK, now)
    for act in (store.subscribers.pause, store.subscribers.resume):
        with pytest.raises(SubscriberNotFoundError):
            act(ada, How.PAGE, now)
    # Their own new opt-in brings them back, without the pause.
    assert join(store, "ada", now + timedelta(days=2), 2) == ada
    assert [one.subscriber_id for one in store.subscribers.recipients()] == [ada]


def test_deleting_erases_the_address_and_keeps_its_hash(store: Store, now: datetime) -> None:
    ada = join(store, "ada", now)
    store.confirmations.begin("c-ada-1", now)
    store.confirmations.end("c-ada-1", "sent", now, detail="250 ada@example.org ok")
    assert store.subscribers.delete(ada, How.PAGE, now)
    assert not store.subscribers.delete(ada, How.PAGE, now)
    assert not store.subscribers.leave(ada, How.PAGE, now)
    tables = store._session.rows("SELECT table_name FROM duckdb_tables() WHERE NOT internal")
    for (table,) in tables:
        rows = store._session.rows(f"SELECT * FROM {table}")
        assert "ada@example.org" not in repr(rows), table
    assert store._session.rows("SELECT address_key, kind FROM subscriber_departure") == [
        ("k-ada", "deleted")
    ]
    assert join(store, "ada", now + timedelta(days=2), 2) == "s-ada-2"


def test_older_database_brings_nobody_back(
    open_store: OpenStore, tmp_path: Path, now: datetime
) -> None:
    later = now + timedelta(days=2)
    with open_store() as store:
        people = {name: join(store, name, now) for name in ("ada", "bo", "cy", "di", "ed")}
        store.subscribers.leave(people["ed"], How.PAGE, now)
        store.checkpoint()
    path = database(tmp_path)
    old = path.read_bytes()
    with open_store() as store:
        store.subscribers.leave(people["ada"], How.ONE_CLICK, later)
        store.subscribers.delete(people["bo"], How.PAGE, later)
        store.subscribers.leave(people["cy"], How.PAGE, later)
        assert join(store, "cy", later, 2) == people["cy"]
        store.subscribers.delete(people["cy"], How.PAGE, later)
        store.subscribers.delete(people["ed"], How.PAGE, later)
    path.write_bytes(old)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
    path.with_name(path.name + ".manifest.json").unlink()
    with open_store() as store:
        assert [one.subscriber_id for one in store.subscribers.recipients()] == [people["di"]]
        departures = store.subscribers.recorded_departures()
        assert store.subscribers.apply_departures(departures, later) == 4
        assert store.subscribers.apply_departures(departures, later) == 0
        states = {name: store.subscribers.get(key) for name, key in people.items()}
        assert {name: (one.state.value, one.address) for name, one in states.items() if one} == {
            "ada": ("left", "ada@example.org"),
            "bo": ("deleted", None),
            "cy": ("deleted", None),
            "di": ("confirmed", "di@example.org"),
            "ed": ("deleted", None),
        }


def test_departures_survive_a_line_written_in_part(
    open_store: OpenStore, tmp_path: Path, now: datetime
) -> None:
    path = departures_path(database(tmp_path))
    with open_store() as store:
        ada, bo = join(store, "ada", now), join(store, "bo", now)
        store.subscribers.leave(ada, How.PAGE, now)
        whole = path.read_bytes()
        path.write_bytes(whole + b'{"consent": "c-x", "addr')
        store.subscribers.leave(bo, How.PAGE, now)
    assert set(read_departures(database(tmp_path)).consents) == {"c-ada-1", "c-bo-1"}
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"example.org" not in path.read_bytes()


def test_leaving_works_where_departures_cannot_be_written(
    open_store: OpenStore, tmp_path: Path, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    with open_store() as store:
        ada = join(store, "ada", now)
        departures_path(database(tmp_path)).mkdir()
        assert store.subscribers.leave(ada, How.PAGE, now)
        found = store.subscribers.get(ada)
    assert found is not None
    assert found.state is SubscriberState.LEFT
    assert "could bring back" in caplog.text


def test_integrity_finds_no_fault_in_subscribers(store: Store, now: datetime) -> None:
    ada = join(store, "ada", now)
    store.subscribers.delete(ada, How.PAGE, now)
    join(store, "ada", now, 2)
    assert store.integrity.faults() == ()


def test_choices_follow_a_change_of_the_taxonomy(store: Store, now: datetime) -> None:
    people = {}
    for name, sections in {
        "ada": ("video", "image"),
        "bo": ("old",),
        "cy": (),
        "di": ("gone",),
        "ed": ("gone", "image"),
    }.items():
        choices = Choices("zh", sections, Rhythm.MONTHLY)
        store.confirmations.ask(request(name, choices=choices), LIMITS, now)
        store.confirmations.confirm(f"c-{name}-1", now, valid_for=WEEK)
        people[f"s-{name}-1"] = name
    moved = {"video": ("video-a", "video-b"), "old": ("image",), "gone": ()}
    later = now + timedelta(days=1)
    assert move_choices(store._session, moved, person="mia", now=later) == 3
    assert {people[one.subscriber_id]: one.sections for one in store.subscribers.recipients()} == {
        "ada": ("video-a", "video-b", "image"),
        "bo": ("image",),
        "cy": (),
        "di": ("gone",),
        "ed": ("image",),
    }
    assert {one.rhythm for one in store.subscribers.recipients()} == {Rhythm.MONTHLY}
    assert store.subscribers.events("s-ada-1")[-1].person == "mia"
    assert store.integrity.faults() == ()


def test_departure_without_a_time_zone_still_counts(tmp_path: Path) -> None:
    line = {"consent": "c-ada-1", "address_key": "k", "kind": "left", "at": "2026-03-17T12:00:00"}
    departures_path(database(tmp_path)).write_text(f"{json.dumps(line)}\n")
    assert read_departures(database(tmp_path)).consents["c-ada-1"].happened_at.tzinfo is not None
