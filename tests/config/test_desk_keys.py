"""Keys of the review pages: the built-in ones, changes, and what is refused."""

from pathlib import Path

import pytest

from config.desk_keys import ACTIONS, PLACES, KeyMap, read_keys
from config.errors import UsageError


def test_built_in_keys_differ() -> None:
    assert len(KeyMap().by_key) == len(ACTIONS)
    assert len({place.letter for place in PLACES}) == len(PLACES)


def test_change_replaces_a_key() -> None:
    keys = read_keys(["approve=Y", "undo=z"])
    assert (keys.by_key["y"], keys.by_key["z"]) == ("approve", "undo")
    assert "a" not in keys.by_key
    assert keys.changes == ("approve=y", "undo=z")


def test_two_actions_can_change_places() -> None:
    keys = read_keys(["next=k", "previous=j"])
    assert (keys.by_key["k"], keys.by_key["j"]) == ("next", "previous")


def test_reviewers_change_applies_over_the_settings() -> None:
    survey = read_keys(["approve=y"])
    own = read_keys(["approve=ф", "defer=none"], survey)
    assert own.keys["approve"] == "ф"
    assert "defer" not in own.by_key.values()
    assert read_keys(own.changes) == own


def test_equals_sign_can_be_a_key() -> None:
    assert read_keys(["help=="]).by_key["="] == "help"


@pytest.mark.parametrize(
    ("binding", "message"),
    [
        ("approve=r", "r would be the key of both approve and reject. Give one of them another"),
        ("aprove=y", "No key can be set for 'aprove'. Did you mean approve?"),
        ("approve=1", "'1' cannot be the key of approve. A key is one character"),
        ("approve=ctrl", "'ctrl' cannot be the key of approve."),
        ("approve=\u202e", "cannot be the key of approve."),
        ("zzzz=y", "Actions: approve, reject"),
    ],
)
def test_binding_that_cannot_work_is_refused(binding: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_keys([binding])
    assert message in str(raised.value)


def test_keys_turned_off_bind_nothing() -> None:
    assert KeyMap(on=False).by_key == {}


def test_guide_lists_every_key() -> None:
    guide = Path("docs/guides/review.md").read_text("utf-8")
    for action in ACTIONS:
        assert f"| `{action.key}` | `{action.name}` | {action.does} |" in guide
    for place in PLACES:
        assert f"`{place.letter}` {place.name}" in guide
