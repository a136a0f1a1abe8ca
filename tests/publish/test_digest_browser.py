"""The HTML of an issue in Chromium: axe in light, dark and on a phone, no sideways scrolling."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from pipeline.publish.digest.issue import rendered
from tests.support.axe import contexts, faults
from tests.support.browser import CONTRAST, browser
from tests.support.digest import FULL, WEEK, make_approved, make_digest

__all__ = ["browser"]

_VOID = {"meta", "br"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A full and an empty issue in both languages, with a title as wide as titles get."""
    folder = tmp_path_factory.mktemp("digests")
    wide = make_approved("2603.09999", title="Kettle" * 30, authors=("A" * 90,), note="n" * 200)
    issues = {"full": make_digest(*WEEK, wide, **FULL), "empty": make_digest(made=FULL["made"])}
    found = {}
    for kind, digest in issues.items():
        for name, (data, _) in rendered(digest, ("en", "zh")).items():
            if name.endswith(".html"):
                path = folder / f"{kind}.{name}"
                path.write_bytes(data)
                found[path.name] = path
    return found


def test_axe_finds_nothing_in_light_dark_and_on_a_phone(
    browser: Browser, pages: dict[str, Path]
) -> None:
    found = {}
    for mode, context in contexts(browser).items():
        page = context.new_page()
        for name, path in pages.items():
            page.goto(path.as_uri())
            found[f"{name}, {mode}"] = [*faults(page), *page.evaluate(CONTRAST)]
        context.close()
    assert {place: those for place, those in found.items() if those} == {}


@pytest.mark.parametrize("width", [320, 360, 390, 1280])
def test_page_never_scrolls_sideways(browser: Browser, pages: dict[str, Path], width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    for path in pages.values():
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name
    context.close()


def test_page_makes_no_request_and_runs_no_script(browser: Browser, pages: dict[str, Path]) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: asked.append(message.text))
    for path in pages.values():
        page.goto(path.as_uri())
    assert asked == [path.as_uri() for path in pages.values()]
    context.close()


class _Nesting(HTMLParser):
    """Elements that are closed in another order than opened."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"an attribute twice in {tag}")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes another element")


def test_elements_are_closed_in_order(pages: dict[str, Path]) -> None:
    for path in pages.values():
        nesting = _Nesting(path.read_text(encoding="utf-8"))
        assert (nesting.faults, nesting.open) == ([], [])
