"""The site names who agreed, links corrections, and shows what was taken up with its source."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.suggestions_schema import SuggestionsSettings
from config.taxonomy import load_taxonomy
from pipeline.publish.report import Outcome
from pipeline.review.suggested.settle import take_up
from pipeline.runtime.services import Services
from storage.suggestion_types import NewSuggestion, SuggestionKind
from tests.support.site import NOW, PublishedSite, make_site, publish_site

PAPER = "2603.00001"
CODE = "https://github.com/other/code"
NAME = 'Ada <b>Lovelace</b> [x](javascript:1) "q"'


@pytest.fixture
def site(tmp_path: Path) -> PublishedSite:
    return make_site(tmp_path, hostile=False)


def suggest(site: PublishedSite, kind: SuggestionKind, value: str, number: int) -> str:
    key = f"{number:032x}"
    new = NewSuggestion(key, kind, PAPER, new_value=value, name=NAME, credited=True)
    services = site.services
    with services.open_store() as store:
        store.suggestions.add(new, NOW)
    take_up(
        services.open_store,
        load_taxonomy(),
        key,
        reviewer="grace",
        clock=lambda: NOW + timedelta(hours=number),
    )
    return key


def later(site: PublishedSite) -> Services:
    return replace(site.services, clock=lambda: NOW + timedelta(days=1))


def test_correction_and_credit_are_published_and_the_name_goes(site: PublishedSite) -> None:
    assert not (site.folder / "thanks.html").exists()
    key = suggest(site, SuggestionKind.MISSING_CODE, CODE, 1)
    suggest(site, SuggestionKind.ACCEPTED_AT, "CVPR 2026", 2)
    assert publish_site(later(site)).outcome is Outcome.PUBLISHED
    page = site.text(f"papers/{PAPER}.html")
    assert f'href="{CODE}"' in page
    assert "a suggestion, checked by the editors" in page
    thanks = site.text("thanks.html")
    assert "Ada &lt;b&gt;Lovelace" in thanks
    assert f"papers/{PAPER}.html" in thanks
    assert "grace" not in thanks
    assert 'href="thanks.html"' in site.text("index.html")
    assert "\\<b>Lovelace" in site.text("thanks.md")
    assert "\\[x\\](javascript" in site.text("thanks.md")
    with site.services.open_store() as store:
        for one in (key, f"{2:032x}"):
            store.suggestions.forget(one, NOW + timedelta(days=1))
    assert publish_site(later(site)).outcome is Outcome.PUBLISHED
    assert not (site.folder / "thanks.html").exists()
    assert "Lovelace" not in site.text("index.html")
    assert f'href="{CODE}"' in site.text(f"papers/{PAPER}.html")


def test_paper_page_links_the_form_for_corrections(tmp_path: Path) -> None:
    site = make_site(tmp_path, hostile=False, subscribe="https://lists.example.org")
    assert "/suggestions?" not in site.text(f"papers/{PAPER}.html")
    settings = site.services.settings.model_copy(
        update={"suggestions": SuggestionsSettings(enabled=True)}
    )
    publish_site(replace(later(site), settings=settings))
    page = site.text(f"papers/{PAPER}.html")
    own = "https://lists.example.org/suggestions?"
    assert f'href="{own}arxiv_id={PAPER}"' in page
    assert f'href="{own}kind=wrong-section&amp;arxiv_id={PAPER}' in page
    assert "title=" not in page.partition(own)[2].partition('"')[0]
