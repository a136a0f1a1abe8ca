from urllib.parse import parse_qs, urlsplit

import pytest

from config.publish_schema import PublishSettings
from config.schema import Settings
from config.subscribers_schema import SubscribersSettings
from config.suggestions_schema import SuggestionsSettings
from pipeline.publish.suggest import Suggestion, suggest_address, suggest_link
from tests.support.exports import hostile_titles

URL = "https://example.org/suggest"


def _asked(link: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}


def test_link_fills_in_what_is_known() -> None:
    link = suggest_link(
        URL,
        Suggestion.WRONG_SECTION,
        arxiv_id="2603.00001",
        title="Caf\\'e & $x^2$",
        section="Agents",
    )
    assert link.startswith(f"{URL}?title=")
    assert _asked(link) == {
        "title": "Wrong section: arXiv:2603.00001 Café & x²",
        "body": "arXiv:2603.00001 Café & x²\nListed in: Agents\n\nIt belongs in: \nBecause: ",
        "kind": "wrong-section",
        "arxiv_id": "2603.00001",
        "section": "Agents",
    }


def test_missing_paper_needs_no_paper() -> None:
    asked = _asked(suggest_link(URL, Suggestion.MISSING_PAPER))
    assert (asked["title"], asked["kind"]) == ("Missing paper", "missing-paper")
    assert "arxiv_id" not in asked


def test_own_page_gets_no_title_and_body() -> None:
    link = suggest_link(
        "https://lists.example.org/suggestions",
        Suggestion.ACCEPTED_AT,
        arxiv_id="2603.00001",
        title="\u732b" * 300,
    )
    assert _asked(link) == {"kind": "accepted-at", "arxiv_id": "2603.00001"}


def test_issue_form_is_filled_in_by_its_fields() -> None:
    form = "https://github.com/o/r/issues/new?template=suggestion.yml"
    asked = _asked(suggest_link(form, Suggestion.WRONG_SECTION, arxiv_id="2603.00001", section="A"))
    assert asked["template"] == "suggestion.yml"
    assert (asked["kind"], asked["arxiv_id"]) == ("Wrong section", "2603.00001")
    assert "section" not in asked  # where it is now is not where it belongs


def test_page_of_the_survey_is_preferred_to_another_form() -> None:
    url = "https://github.com/o/r/issues/new"
    given = PublishSettings(suggest_url=url, suggest_form="suggestion.yml")
    public = SubscribersSettings(url="https://lists.example.org")
    on = SuggestionsSettings(enabled=True)
    assert suggest_address(Settings(publish=given)) == f"{url}?template=suggestion.yml"
    both = Settings(publish=given, subscribers=public, suggestions=on)
    assert suggest_address(both) == "https://lists.example.org/suggestions"
    assert suggest_address(Settings(publish=given, suggestions=on)).startswith(url)


def test_without_an_address_there_is_no_link() -> None:
    assert suggest_link("", Suggestion.ACCEPTED_AT, arxiv_id="2603.00001") == ""


@pytest.mark.parametrize("kind", list(Suggestion))
def test_hostile_title_stays_within_the_query(kind: Suggestion) -> None:
    for title in hostile_titles(500):
        link = suggest_link(URL, kind, arxiv_id="hep-th/9901001", title=title)
        assert link.isascii()
        assert len(link) < 8_000
        assert not set("<>\"'\\ \n") & set(link)
        asked = _asked(link)
        assert asked["kind"] == kind.value
        assert asked["arxiv_id"] == "hep-th/9901001"
        assert urlsplit(link).fragment == ""


def test_form_without_a_paper_asks_for_its_id() -> None:
    asked = _asked(suggest_link(URL, Suggestion.WRONG_SECTION))
    assert asked["title"] == "Wrong section"
    assert asked["body"].startswith("arXiv ID: \n")
