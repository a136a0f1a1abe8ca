"""Reasons and audit in Chromium: marked terms, small and large screens."""

import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect

from classifiers.linear.model import Model
from config.taxonomy import Taxonomy
from pipeline.learn.explain import explainer
from pipeline.learn.explain.explainer import load_explainer
from storage.store import OpenStore
from tests.support.axe import faults
from tests.support.browser import CONTRAST, TWICE, UNLABELLED, Watched, browser, tab, url
from tests.support.explain import HOSTILE, TITLE, furnish, small_model
from tests.support.review import ReviewSite, make_site

__all__ = ["browser", "tab", "url"]  # fixtures, found by pytest through these names


@pytest.fixture(scope="module")
def model() -> Model:
    return small_model()


@pytest.fixture
def site(tmp_path: Path, model: Model) -> ReviewSite:
    return furnish(make_site(tmp_path), tmp_path / "models", model)


def test_open_breakdown_marks_its_terms(
    site: ReviewSite,
    url: str,
    tab: Watched,
) -> None:
    page = tab.page
    page.goto(f"{url}queue")
    card = page.get_by_role("article", name=TITLE)
    expect(page.get_by_role("group", name="Which technique?")).to_be_visible()
    expect(card.get_by_role("heading", name="Nearest approved papers")).to_be_visible()
    assert faults(page) == []  # the nearest papers have headings of their own
    card.get_by_role("link", name="All reasons").click()
    expect(page.get_by_role("heading", name="Why", exact=True)).to_be_in_viewport()
    scope, video = page.locator("#why-0"), page.locator("details", has_text="Modality: Video").first
    expect(scope.get_by_text("Log-odds")).to_be_visible()
    mark = page.locator(".abstract mark.for-0").first
    painted = "(node) => getComputedStyle(node).backgroundColor"
    clear = "rgba(0, 0, 0, 0)"
    assert mark.evaluate(painted) != clear
    video.locator("summary").click()
    expect(scope.get_by_text("Log-odds")).to_be_hidden()
    expect(video.get_by_text("Without a known term")).to_be_visible()
    which = video.get_attribute("id")
    assert which is not None
    own = page.locator(f".abstract mark.for-{which.removeprefix('why-')}").first
    assert own.evaluate(painted) != clear
    video.locator("summary").click()
    assert own.evaluate(painted) == clear
    page.get_by_role("link", name=f"{HOSTILE} video diffusion").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{HOSTILE} video diffusion")
    assert page.locator("script:not([src]), img[src=x]").count() == 0


@pytest.fixture
def allowed(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let no model be loaded before this event is set."""
    event = threading.Event()

    def load_when_allowed(
        models: Path, taxonomy: Taxonomy, open_store: OpenStore
    ) -> explainer.Explainer:
        event.wait()
        return load_explainer(models, taxonomy, open_store)

    monkeypatch.setattr(explainer, "load_explainer", load_when_allowed)
    return event


def test_reasons_follow_when_the_model_is_loaded(
    site: ReviewSite, allowed: threading.Event, url: str, tab: Watched
) -> None:
    page = tab.page
    page.goto(f"{url}queue")
    expect(page.locator("#loading")).to_be_visible()
    note = page.get_by_label("Note", exact=True)
    note.fill("Half a thought")
    allowed.set()
    expect(page.locator(".alike a").first).to_be_visible(timeout=120_000)
    expect(page.locator("#loading")).to_have_count(0)
    expect(note).to_have_value("Half a thought")


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1400, "light")])
def test_reasons_and_audit_fit_the_screen(
    site: ReviewSite,
    url: str,
    tab: Watched,
    width: int,
    scheme: str,
) -> None:
    page = tab.page
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{url}queue?order=random")
    page.get_by_role("button", name="Duplicate").click()
    # because leaving a page with an unsent verdict asks first
    expect(page.locator("#flash")).to_be_visible()
    for address in ("paper/2603.00001", "audit", "queue", "queue?order=random"):
        page.goto(url + address)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width, address
        assert page.evaluate(CONTRAST) == [], address
        assert page.evaluate(UNLABELLED) == [], address
        assert page.evaluate(TWICE) == [], address
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
