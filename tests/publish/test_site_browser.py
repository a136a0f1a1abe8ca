"""The site in Chromium, from a disk and over HTTP: search, last visit, selection, looks."""

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pipeline.publish.freeze import freeze
from tests.support.axe import contexts, faults
from tests.support.browser import CONTRAST, TWICE, UNLABELLED, browser
from tests.support.builders import make_decision, make_paper
from tests.support.site import NOW, REJECTED, PublishedSite, make_site, publish_site

__all__ = ["browser"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> PublishedSite:
    return make_site(tmp_path_factory.mktemp("site"))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module", params=["file", "http"])
def root(request: pytest.FixtureRequest, site: PublishedSite) -> Iterator[str]:
    """The address of the site's directory."""
    if request.param == "file":
        yield site.folder.as_uri()
        return
    handler = functools.partial(_Quiet, directory=str(site.folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(600)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab in which every console message, script error and foreign request is a fault."""
    made = context.new_page()
    seen: list[str] = []
    made.on("console", lambda message: seen.append(f"console: {message.text}"))
    made.on("pageerror", lambda error: seen.append(f"script: {error}"))
    made.on("dialog", lambda dialog: seen.append(f"dialog: {dialog.message}"))
    made.on("request", lambda one: seen.append(one.url) if _is_foreign(one.url) else None)
    yield made
    assert seen == []


def _is_foreign(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in {"file", "blob", "data"} and parts.hostname != "127.0.0.1"


def _found(page: Page) -> list[str]:
    items = page.locator("#search li.paper")
    return list(items.evaluate_all("all => all.map(one => one.dataset.paper)"))


def _search(page: Page, text: str) -> list[str]:
    page.get_by_role("searchbox").fill(text)
    return _found(page)


def test_search_finds_titles_authors_sections_and_abstracts(page: Page, root: str) -> None:
    page.goto(f"{root}/search.html")
    expect(page.locator("#search[data-complete]")).to_be_visible()
    assert _search(page, "tokenizer film") == ["2603.00002"]
    assert _search(page, "2603.00003") == ["2603.00003"]
    assert _search(page, "bjorn sample") == ["2603.00001"]  # without accents
    assert _search(page, "zeppelin") == ["2603.00001"]  # of the abstract alone
    assert _search(page, "Storyboards PROGRAMS") == ["2603.00003"]
    assert "2603.00001" in _search(page, "image generation canvas")
    assert _search(page, "zeppelin tokenizer") == []
    expect(page.locator("#found")).to_contain_text("No paper has all of these")


def test_search_reads_chinese(page: Page, root: str) -> None:
    page.goto(f"{root}/search.html")
    assert _search(page, "李四") == ["2603.00002"]
    found = _search(page, "图像生成")
    assert "2603.00001" in found
    assert _search(page, "图像生成 Brush") == ["2603.00001"]
    assert set(_search(page, "智能体")).isdisjoint(found)


def test_title_counts_more_than_abstract(page: Page, root: str) -> None:
    page.goto(f"{root}/search.html")
    expect(page.locator("#search[data-complete]")).to_be_visible()
    found = _search(page, "film")
    assert found[0] == "2603.00002"
    assert len(found) > 1 or found == ["2603.00002"]


def test_filters_narrow_and_the_address_keeps_them(page: Page, root: str) -> None:
    page.goto(f"{root}/search.html")
    everything = page.locator("#found").text_content()
    page.get_by_label("Year").select_option("2025")
    assert _found(page) == ["2603.00002"]
    page.get_by_label("Year").select_option("")
    page.get_by_label("With code").check()
    assert "2603.00001" in _found(page)
    assert "2603.00002" not in _found(page)
    page.get_by_label("With code").uncheck()
    page.get_by_label("Section").select_option(label="Multimodal agents")
    chosen = _found(page)
    assert chosen
    assert page.url.endswith("#section=agents")

    page.reload()
    assert _found(page) == chosen
    page.goto(f"{root}/search.html#q=nothing")
    page.goto(f"{root}/search.html")
    expect(page.locator("#found")).to_have_text(everything or "")


def test_newest_first_orders_by_approval(page: Page, root: str) -> None:
    page.goto(f"{root}/search.html#order=newest&q=ada")
    moments = page.locator("#search li.paper").evaluate_all("all => all.map(one => one.dataset.at)")
    assert len(moments) > 5
    assert moments == sorted(moments, reverse=True)


def test_hostile_title_is_text_in_results(page: Page, root: str) -> None:
    page.goto(f"{root}/search.html#q=alert")
    expect(page.locator("#search li.paper").first).to_be_visible()
    assert page.locator("#search script, #search b, #search svg, #search img").count() == 0
    assert "<script>alert(1)</script> & <b>bold</b>" in page.locator("#search").inner_text()


def test_new_papers_are_marked_on_the_next_visit(
    browser: Browser, tmp_path: Path, context: BrowserContext
) -> None:
    site = make_site(tmp_path, hostile=False)
    root = site.folder.as_uri()
    page = context.new_page()
    page.clock.set_fixed_time("2026-03-24T10:00:00Z")
    page.goto(f"{root}/index.html")
    assert page.locator(".new, #news:visible").count() == 0  # the first visit has nothing before

    with site.services.open_store() as store:
        store.papers.upsert([make_paper("2603.00500", title="Fresh Paint")], seen_at=NOW)
        store.decisions.add([make_decision("2603.00500", sections=("agents",), decided_at=NOW)])
    publish_site(site.services)

    page.clock.set_fixed_time("2026-03-31T10:00:00Z")
    page.goto(f"{root}/index.html")
    expect(page.locator("#news")).to_contain_text("1 paper is new since your last visit.")
    assert page.locator("li.paper:has(.new)").evaluate_all(
        "all => all.map(one => one.dataset.paper)"
    ) == ["2603.00500"]
    page.get_by_role("link", name="Show them").click()
    assert _found(page) == ["2603.00500"]
    page.clock.set_fixed_time("2026-03-31T10:20:00Z")
    page.goto(f"{root}/sections/agents.html")
    assert page.locator(".new").count() == 1  # the same visit
    page.clock.set_fixed_time("2026-03-31T11:20:00Z")
    page.reload()
    assert page.locator(".new").count() == 0
    assert context.cookies() == []


def test_selection_is_kept_and_exported_as_bibtex(
    page: Page, root: str, site: PublishedSite
) -> None:
    page.goto(f"{root}/search.html#q=2603.00001")
    page.get_by_role("checkbox", name="Select: Talking to the Canvas").check()
    page.goto(f"{root}/sections/agents.html")
    page.get_by_role("checkbox", name="Select: Strings before Pictures").check()
    expect(page.get_by_role("region")).to_contain_text("2 papers selected")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download BibTeX").click()
    assert download.value.suggested_filename == "selection.bib"
    text = Path(download.value.path()).read_text(encoding="utf-8")
    entries = site.text("all.bib").split("\n\n")
    wanted = [one.strip() for one in entries if "2603.00001," in one or "hep-th/9901001," in one]
    assert [one.strip() for one in text.split("\n\n")] == wanted

    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("region")).to_be_hidden()
    page.reload()
    assert page.locator(".choose :checked").count() == 0


def test_reader_is_told_why(page: Page, root: str) -> None:
    page.goto(f"{root}/why/index.html")
    page.get_by_label("arXiv ID").fill(f"https://arxiv.org/abs/{REJECTED}v2")
    page.get_by_role("button", name="Find").click()
    answer = page.locator(".answer-of")
    expect(answer).to_have_text(f"{REJECTED} Not in the list: No language model. 2026-03-16")
    page.get_by_label("arXiv ID").fill("hep-th/9901001")
    page.keyboard.press("Enter")
    expect(answer).to_contain_text("In the list.")
    answer.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Strings before Pictures")
    page.goto(f"{root}/why/index.html#2603.00999")
    expect(answer).to_contain_text("No decision was made on 2603.00999 yet")
    page.get_by_label("arXiv ID").fill("constructor")
    page.keyboard.press("Enter")
    expect(answer).to_contain_text("That is neither an arXiv ID")


def test_promise_is_late_by_the_reader_s_clock(page: Page, root: str) -> None:
    page.clock.set_fixed_time("2026-03-30T10:00:00Z")
    page.goto(f"{root}/index.html")
    promise = page.locator("#promise")
    expect(promise).to_have_text("A new issue every week; the next by 30 March 2026.")
    page.clock.set_fixed_time("2026-04-02T10:00:00Z")
    page.reload()
    expect(promise).to_contain_text("late by 3 days")


def test_every_page_works_without_script(browser: Browser, site: PublishedSite) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site.folder / "search.html").as_uri())
    expect(page.locator("#without-search")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Multimodal agents").click()
    page.get_by_role("main").get_by_role("link", name="Strings before Pictures").click()
    expect(page.get_by_role("heading", name="Cite")).to_be_visible()
    assert page.locator("button, input, select").count() == 0
    context.close()


def _some(site: PublishedSite) -> list[Path]:
    """Return one page of each kind, and the papers with hostile texts."""
    names = (
        *("index.html", "search.html", "issues/index.html", "issues/2026-W12.html"),
        *("sections/agents.html", "sections/generation-3d.html", "why/index.html"),
        *("why/2603.html", "papers/2603.00001.html", "papers/2603.00804.html"),
        *(f"papers/2603.{number:05}.html" for number in range(101, 109)),
    )
    return [site.folder / name for name in names]


def test_axe_finds_nothing_in_light_dark_and_on_a_phone(
    browser: Browser, site: PublishedSite
) -> None:
    found = {}
    for mode, context in contexts(browser).items():
        page = context.new_page()
        for path in _some(site):
            page.goto(path.as_uri())
            if page.locator(".choose input").count():
                page.locator(".choose input").first.check()
            found[f"{path.name}, {mode}"] = [
                *faults(page),
                *page.evaluate(CONTRAST),
                *page.evaluate(UNLABELLED),
                *page.evaluate(TWICE),
            ]
        context.close()
    assert {place: those for place, those in found.items() if those} == {}


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_page_never_scrolls_sideways(browser: Browser, site: PublishedSite, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    for path in _some(site):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name
    context.close()


def test_axe_finds_nothing_on_an_ended_site(browser: Browser, tmp_path: Path) -> None:
    ended = make_site(tmp_path, hostile=False)
    freeze(ended.services, ends_on=None, notice="Thank you.", person="ada", act=True)
    publish_site(ended.services)
    for context in contexts(browser).values():
        page = context.new_page()
        page.goto((ended.folder / "index.html").as_uri())
        expect(page.locator(".ended")).to_contain_text("Thank you.")
        assert page.locator(".state.late").count() == 0
        assert [*faults(page), *page.evaluate(CONTRAST)] == []
        context.close()
