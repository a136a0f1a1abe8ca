"""A reviewer's preferences over the survey's settings."""

import json
from datetime import UTC, datetime

from config.desk_keys import KeyMap, read_keys
from pipeline.review.outlook.health import own_limit
from pipeline.review.outlook.session import current_session
from pipeline.review.own import Own, keys_text, read_own
from pipeline.review.visits import Visit

SURVEY = Own(keys=read_keys(["approve=y"]), language="zh")


def test_survey_counts_where_nothing_is_stated() -> None:
    assert read_own({}, SURVEY) == SURVEY


def test_reviewers_keys_count_over_the_survey() -> None:
    own = KeyMap(read_keys(["undo=z"], SURVEY.keys).keys, on=False)
    assert read_own({"keys": keys_text(own)}, SURVEY).keys == own


def test_key_can_be_taken_away() -> None:
    own = read_keys(["defer=none"])
    assert read_own({"keys": keys_text(own)}, SURVEY).keys.keys["defer"] == ""


def test_unreadable_preferences_count_as_not_stated() -> None:
    for text in ("", "x", "[]", "3", '{"keys": {"approve": "r"}}', '{"keys": {"zz": "y"}}'):
        stored = {"keys": text, "language": text, "views": text, "visited": text}
        assert read_own(stored, SURVEY) == SURVEY


def test_language_is_one_of_three() -> None:
    assert read_own({"language": json.dumps("en")}, SURVEY).language == "en"
    assert read_own({"language": json.dumps("fr")}, SURVEY).language == "zh"


DAMAGED = ("", "x", "null", "[]", "3", "1e400", "-1", "NaN", "{}", '"x"', "5000", "9" * 5000)


def test_damaged_limit_and_session_count_as_not_stated() -> None:
    instants = ('"0001-01-01T00:00+23:00"', "3", "null", '"x"')
    for text in DAMAGED:
        assert own_limit({"limit": text}) in {None, 3}
        assert current_session({"plan": text}) is None
        assert read_own({"visited": text, "views": text, "keys": text}, SURVEY) == SURVEY
    for instant in instants:
        session = f'{{"ids": ["x"], "minutes": 15, "started_at": {instant}, "approvals": 1}}'
        assert current_session({"plan": session}) is None
        assert read_own({"visited": f'{{"last": {instant}}}'}, SURVEY) == SURVEY
    session = '{"ids": ["x"], "minutes": NaN, "started_at": "2026-11-25", "approvals": 1}'
    assert current_session({"plan": session}) is None


def test_instant_without_offset_is_in_utc() -> None:
    own = read_own({"visited": '{"last": "2026-11-25T08:00:00"}'}, SURVEY)
    assert own.visit == Visit(datetime(2026, 11, 25, 8, tzinfo=UTC))
