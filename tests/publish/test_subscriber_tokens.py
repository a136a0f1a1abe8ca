"""Tokens and keys of subscribers: one purpose, one survey, private."""

import string
from pathlib import Path

import pytest

from config.errors import ConfigError
from pipeline.publish.subscribers.keys import key_path, subscriber_keys
from pipeline.publish.subscribers.links import SubscriberLinks
from pipeline.publish.subscribers.tokens import Purpose, Tokens


def test_token_works_for_its_purpose_only() -> None:
    tokens = Tokens(b"k" * 32)
    for purpose in Purpose:
        token = tokens.make(purpose, "a1b2")
        assert [one for one in Purpose if tokens.read(one, token) == "a1b2"] == [purpose]


@pytest.mark.parametrize(
    "token", ["", ".", "a1b2", "a1b2.", "a1b2.x", "x" * 10_000, "é.é", "a\r\n.b", "\0"]
)
def test_what_is_no_token_is_of_nobody(token: str) -> None:
    assert all(Tokens(b"k" * 32).read(purpose, token) is None for purpose in Purpose)


def test_token_of_another_survey_or_person_is_refused() -> None:
    ours, theirs = Tokens(b"k" * 32), Tokens(b"l" * 32)
    token = ours.make(Purpose.PREFERENCES, "ada")
    assert theirs.read(Purpose.PREFERENCES, token) is None
    assert ours.read(Purpose.PREFERENCES, token.replace("ada", "eve")) is None
    assert ours.make(Purpose.PREFERENCES, "ada") == token


def test_keys_are_made_once_and_private(tmp_path: Path) -> None:
    database = tmp_path / "survey.duckdb"
    first, second = subscriber_keys(database), subscriber_keys(database)
    assert first.salt == second.salt
    token = first.tokens.make(Purpose.CONFIRM, "a")
    assert second.tokens.read(Purpose.CONFIRM, token) == "a"
    assert key_path(database).stat().st_mode & 0o777 == 0o600
    assert first.salt.hex() not in repr(first)


def test_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    database = tmp_path / "survey.duckdb"
    subscriber_keys(database)
    key_path(database).chmod(0o644)
    with pytest.raises(ConfigError, match="other users") as refused:
        subscriber_keys(database)
    assert "Restore it" in refused.value.hint


def test_links_are_below_the_public_address(tmp_path: Path) -> None:
    tokens = Tokens(b"k" * 32)
    links = SubscriberLinks("https://lists.example.org/survey", tokens)
    assert links.subscribe == "https://lists.example.org/survey/subscribe"
    for link, purpose in (
        (links.confirm("a"), Purpose.CONFIRM),
        (links.preferences("a"), Purpose.PREFERENCES),
        (links.unsubscribe("a"), Purpose.UNSUBSCRIBE),
    ):
        path, _, token = link.rpartition("/")
        assert path == f"https://lists.example.org/survey/{purpose.value}"
        assert tokens.read(purpose, token) == "a"


def test_a_token_has_one_spelling() -> None:
    tokens = Tokens(b"k" * 32)
    token = tokens.make(Purpose.DECLINE, "subject")
    alphabet = f"{string.ascii_letters}{string.digits}-_"
    read = {last for last in alphabet if tokens.read(Purpose.DECLINE, token[:-1] + last)}
    assert read == {token[-1]}
