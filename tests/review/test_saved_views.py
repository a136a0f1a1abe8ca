"""Saved views: add, replace, rename, delete, and their bounds."""

import pytest

from config.errors import UsageError
from pipeline.review.saved_views import (
    MOST_VIEWS,
    SavedView,
    read_views,
    renamed,
    views_text,
    with_view,
    without,
)

TWO = (SavedView("Video", "section=make-video"), SavedView("Unsure", "order=uncertain"))


def test_view_is_added_last() -> None:
    assert with_view(TWO, "  New  words ", "search=x")[-1] == SavedView("New words", "search=x")


def test_saving_under_a_known_name_replaces_it_in_place() -> None:
    assert with_view(TWO, "Video", "search=y") == (SavedView("Video", "search=y"), TWO[1])


def test_view_is_renamed_and_deleted() -> None:
    assert renamed(TWO, "Video", "Films")[0] == SavedView("Films", "section=make-video")
    assert renamed(TWO, "Video", "Video") == TWO
    assert without(TWO, "Video") == TWO[1:]


def test_stored_views_are_read_again() -> None:
    views = with_view(TWO, "视频", "search=%E8")
    assert read_views(views_text(views)) == views


@pytest.mark.parametrize("text", [None, "", "x", "{}", "3", '[["a"], 1, ["a", 1]]'])
def test_unreadable_views_are_left_out(text: str | None) -> None:
    assert read_views(text) == ()


@pytest.mark.parametrize("name", ["", "  ", "x" * 41, "a\u202eb", "a\x00b"])
def test_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a view"):
        with_view(TWO, name, "")


def test_taken_and_unknown_names_are_refused() -> None:
    with pytest.raises(UsageError, match="Another view is named 'Unsure'"):
        renamed(TWO, "Video", "Unsure")
    with pytest.raises(UsageError, match="No view is named 'Films'"):
        without(TWO, "Films")


def test_number_and_length_of_views_are_limited() -> None:
    many = tuple(SavedView(f"view {number}", "") for number in range(MOST_VIEWS))
    with pytest.raises(UsageError, match="that is the limit"):
        with_view(many, "one more", "")
    assert len(with_view(many, "view 3", "search=z")) == MOST_VIEWS
    with pytest.raises(UsageError, match="too long to be saved"):
        with_view((), "long", "search=" + "z" * 2_000)
