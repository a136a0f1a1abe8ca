"""Accounts of the team, and the trail of administration."""

from datetime import datetime, timedelta

import pytest

from config.roles import Role
from storage.accounts import Account
from storage.errors import AccountError
from storage.store import Store


def add(store: Store, name: str, role: Role, now: datetime) -> None:
    store.accounts.add(name, role, actor="root", at=now)


def test_accounts_are_listed_with_role_and_state(store: Store, now: datetime) -> None:
    assert not store.accounts.exist()
    assert store.accounts.active() == ()
    add(store, "ada", Role.ADMIN, now)
    add(store, "Bo Lee", Role.REVIEWER, now + timedelta(seconds=1))
    assert store.accounts.exist()
    assert store.accounts.all() == (
        Account("ada", Role.ADMIN, disabled=False, added_at=now, added_by="root"),
        Account("Bo Lee", Role.REVIEWER, False, now + timedelta(seconds=1), "root"),
    )
    assert store.accounts.active() == ("ada", "Bo Lee")


def test_name_in_other_letters_is_the_same_account(store: Store, now: datetime) -> None:
    add(store, "Ada", Role.ADMIN, now)
    with pytest.raises(AccountError, match="There is an account 'Ada' already"):
        add(store, "\N{FULLWIDTH LATIN SMALL LETTER A}DA", Role.REVIEWER, now)
    found = store.accounts.get(" ADA ")
    assert found is not None
    assert found.name == "Ada"
    assert store.accounts.get("bo") is None


def test_role_and_state_change_and_repeat_nothing(store: Store, now: datetime) -> None:
    add(store, "ada", Role.REVIEWER, now)
    assert store.accounts.set_role("ada", Role.PUBLISHER, actor="root", at=now)
    assert not store.accounts.set_role("ada", Role.PUBLISHER, actor="root", at=now)
    assert not store.accounts.enable("ada", actor="root", at=now)
    assert store.accounts.disable("ADA", actor="root", at=now)
    assert not store.accounts.disable("ada", actor="root", at=now)
    [account] = store.accounts.all()
    assert (account.role, account.disabled) == (Role.PUBLISHER, True)
    assert store.accounts.active() == ()
    assert store.accounts.enable("ada", actor="root", at=now)
    assert store.accounts.active() == ("ada",)


def test_unknown_account_is_named_with_the_remedy(store: Store, now: datetime) -> None:
    with pytest.raises(AccountError, match="no account 'bo'") as caught:
        store.accounts.disable("bo", actor="root", at=now)
    assert "reviewer list" in caught.value.hint


def test_trail_is_read_from_the_newest_on(store: Store, now: datetime) -> None:
    for number in range(3):
        store.trail.add(
            at=now, actor="ada", act="account.added", subject=f"p{number}", detail="a\nb"
        )
    newest, older = store.trail.recent(2)
    assert (newest.seq, newest.subject, newest.detail, newest.at) == (3, "p2", "a b", now)
    assert older.seq == 2
    assert [one.seq for one in store.trail.recent(9, before=older.seq)] == [1]
