"""A reviewer's preferences over the survey's settings."""

import json

from config.desk_keys import KeyMap, read_keys
from pipeline.review.own import Own, keys_text, read_own

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
