"""Marked terms, views and percentages: the pure parts of the pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import UsageError
from pipeline.learn.explain.certainty import percent
from pipeline.review.selection import Selection
from pipeline.review.web.texts import marked_text, shown_title
from pipeline.review.web.view_state import LISTS, QueueView, read_view, view_from_form
from tests.support.review import TAXONOMY


def test_card_shows_title_and_abstract_without_tex() -> None:
    assert shown_title(r"\textit{Kettle} at 50\%, M$^2$", "2603.00001") == "Kettle at 50%, M²"
    assert shown_title("{\u200b}", "2603.00001") == "{}"
    assert shown_title(" ", "2603.00001") == "arXiv:2603.00001"
    assert marked_text("\\emph{One}\nTwo~2", ()) == "One\nTwo 2"


def test_view_survives_a_form() -> None:
    chosen = Selection(section="make-image", order="newest", at_least=10.0, search='a "b c" & d')
    view = QueueView(selection=chosen, page=3)
    assert view_from_form(view.url(anchor="x", done="y"), TAXONOMY) == view
    opened = view.at_paper("math/0510544")
    assert view_from_form(opened.url(), TAXONOMY) == opened
    whole = view.whole_paper("math/0510544")
    assert view_from_form(whole.url(done="y"), TAXONOMY) == whole
    assert whole.list == view


@given(st.text())
def test_any_text_of_a_form_is_a_view_of_this_site(text: str) -> None:
    for path in ("", "/queue", "/paper/"):
        view = view_from_form(path + text, TAXONOMY)
        assert view.path in LISTS or view.path.startswith("/paper/")
        assert "\n" not in view.url()


def test_view_has_a_short_address() -> None:
    assert QueueView().url() == "/queue"
    assert QueueView().choosing(section="agents").at_page(2).url() == (
        "/queue?section=agents&page=2"
    )
    assert QueueView(page=4).choosing(at_least=50.0, order="newest").url() == (
        "/queue?at_least=50&order=newest"
    )


def test_way_back_keeps_the_query_of_another_page() -> None:
    whole = view_from_form("/decisions?reviewer=bo&page=3&done=x", TAXONOMY).whole_paper(
        "cs/0012345"
    )
    again = view_from_form(whole.url(), TAXONOMY)
    assert again.list.url() == "/decisions?reviewer=bo&page=3"
    assert (
        view_from_form("/paper/cs/0012345?from=https://evil.example/", TAXONOMY).list == QueueView()
    )


def test_page_beyond_the_last_is_refused() -> None:
    with pytest.raises(UsageError, match="Page '999999' does not exist"):
        read_view("/queue", {"page": "999999"}, TAXONOMY)


@pytest.mark.parametrize(
    ("probability", "shown"),
    [(0.0, "<1"), (0.0099, "<1"), (0.01, "1"), (0.834, "83"), (0.99, "99"), (1.0, ">99")],
)
def test_probability_is_never_shown_as_certain(probability: float, shown: str) -> None:
    assert percent(probability) == f"{shown}\N{NARROW NO-BREAK SPACE}%"
