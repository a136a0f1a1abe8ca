"""The site's files: what is on them, what is not, and that only changes are written."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from lxml import etree, html

from config.look.values import shared_files, style_sheet
from pipeline.publish.digest.words import load_words as digest_words
from pipeline.publish.report import Outcome
from pipeline.publish.site.words import load_words
from pipeline.publish.verify import verify
from pipeline.runtime.record import Run
from storage.types import Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.digest import MONDAY, TAXONOMY
from tests.support.site import (
    BASE,
    DEFERRED,
    IMPORTED,
    NOW,
    OLD,
    REJECTED,
    REVIEWER,
    UNDONE,
    WITHDRAWN,
    PublishedSite,
    make_site,
    publish_site,
)

#: elements that the templates write
ELEMENTS = frozenset(
    {
        *("html", "head", "meta", "title", "link", "script", "body", "a", "header", "p"),
        *("img", "span", "nav", "ul", "li", "main", "section", "h1", "h2", "h3", "data", "div"),
        *("ol", "time", "footer", "article", "dl", "dt", "dd", "pre", "code"),
        *("blockquote", "strong", "bdi"),
    }
)
MATH = frozenset(
    {
        *("math", "mrow", "mi", "mo", "mn", "msup", "msub", "msubsup", "mfrac", "mtext"),
        *("mstyle", "msqrt", "mover", "munder", "mspace", "mtable", "mtr", "mtd"),
        *("semantics", "annotation", "mpadded", "munderover"),
    }
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> PublishedSite:
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture
def small(tmp_path: Path) -> PublishedSite:
    """A site of its own, to be changed."""
    return make_site(tmp_path, hostile=False)


def _tree(site: PublishedSite, path: str) -> Any:
    return _read(site.folder / path)


def _read(path: Path) -> Any:
    """Return a page's tree; lxml's types of XPath results say too little."""
    return html.document_fromstring(path.read_bytes())


def _text(site: PublishedSite, path: str) -> str:
    return " ".join(_tree(site, path).text_content().split())


def _title(site: PublishedSite, path: str) -> str:
    [title] = _tree(site, path).xpath("//h1")
    return str(title.text_content())


def test_every_kind_of_page_is_there(site: PublishedSite) -> None:
    paths = {str(path.relative_to(site.folder)) for path in site.pages()}
    assert {"index.html", "search.html", "issues/index.html", "why/index.html"} <= paths
    assert {"issues/2026-W11.html", "issues/2026-W12.html", "why/2603.html"} <= paths
    assert {f"sections/{section.id}.html" for section in TAXONOMY.sections} <= paths
    assert {"papers/2603.00001.html", "papers/hep-th-9901001.html", "why/9901.html"} <= paths


def test_every_page_has_a_markdown_twin(site: PublishedSite) -> None:
    for path in site.pages():
        twin = path.with_suffix(".md")
        assert twin.exists(), path.name
        [link] = _tree(site, str(path.relative_to(site.folder))).xpath(
            "//link[@rel='alternate'][@type='text/markdown']/@href"
        )
        assert unquote(link) == twin.name


def test_every_reference_within_the_site_leads_somewhere(site: PublishedSite) -> None:
    for path in site.pages():
        for _, _, link, _ in _read(path).iterlinks():
            parts = urlsplit(link)
            if parts.scheme or not parts.path:
                continue
            assert (path.parent / unquote(parts.path)).is_file(), f"{path.name}: {link}"


def test_every_reference_of_the_markdown_leads_somewhere(site: PublishedSite) -> None:
    twins = [path.with_suffix(".md") for path in site.pages()]
    for twin in twins:
        for link in re.findall(r"\]\(([^)\s]+)\)", twin.read_text()):
            if not urlsplit(link).scheme and link.endswith(".md"):
                assert (twin.parent / unquote(link)).is_file(), f"{twin.name}: {link}"


def test_paper_page_tells_facts_and_keeps_the_rationale_apart(site: PublishedSite) -> None:
    tree = _tree(site, "papers/2603.00001.html")
    assert _title(site, "papers/2603.00001.html").startswith("Talking to the Canvas")
    [rationale] = tree.xpath("//section[@class='rationale']")
    assert "It plans before it paints." in rationale.text_content()
    assert "It plans before it paints." not in tree.xpath("//section[@class='abstract']")[0].text
    [placed] = tree.xpath("//section[@class='placed']")
    assert "Image generation, LLM-based" in placed.text_content()
    assert placed.xpath(".//*[@lang='zh']")[0].text == "基于大语言模型的图像生成"
    links = tree.xpath("//article//a/@href")
    for expected in (
        "https://arxiv.org/abs/2603.00001",
        "https://arxiv.org/pdf/2603.00001",
        "https://arxiv.org/html/2603.00001",
        "https://github.com/fictional-lab/brush",
        "../issues/2026-W12.html",
    ):
        assert expected in links
    facts = " ".join(tree.xpath("//section[@class='facts']")[0].text_content().split())
    assert "Submitted16 March 2026" in facts
    assert "Added16 March 2026" in facts
    assert "VenueAccepted at AAAI 2026" in facts


def test_nearest_papers_are_listed_papers_and_not_the_paper_itself(site: PublishedSite) -> None:
    listed = set(re.findall(r'data-paper="([^"]+)"', _all_sections(site)))
    named = 0
    for path in (site.folder / "papers").glob("*.html"):
        tree = _read(path)
        near = [unquote(link) for link in tree.xpath("//section[@class='near']//a/@href")]
        named += len(near)
        assert len(near) <= 5
        assert f"../papers/{path.name}" not in near
        for link in near:
            assert Path(link).stem.replace("hep-th-", "hep-th/") in listed
    assert named


def _all_sections(site: PublishedSite) -> str:
    return "".join(path.read_text() for path in (site.folder / "sections").glob("*.html"))


def test_papers_without_standing_approval_are_nowhere(site: PublishedSite) -> None:
    for title in ("A Rejected Title", "A Deferred Title", "An Undone Title", "A Waiting Title"):
        for path in _files(site):
            assert title not in path.read_text(encoding="utf-8"), path
    for arxiv_id in (REJECTED, DEFERRED, UNDONE, "2603.00999"):
        assert not (site.folder / f"papers/{arxiv_id}.html").exists()


def _files(site: PublishedSite) -> list[Path]:
    """Return the files that the target wrote."""
    with site.services.open_store() as store:
        [act] = [act for act in store.publications.latest() if act.target == "site"]
    return [site.services.settings.root / file.path for file in act.files]


def test_withdrawn_paper_keeps_a_page_that_says_so_and_is_not_listed(site: PublishedSite) -> None:
    page = _text(site, f"papers/{WITHDRAWN}.html")
    assert "Withdrawn at arXiv. It keeps its page, and is no longer listed." in page
    assert f'data-paper="{WITHDRAWN}"' not in _all_sections(site)
    assert WITHDRAWN not in site.text("assets/search-index.js")
    assert WITHDRAWN not in site.text("all.bib")
    assert "Withdrawn at arXiv, no longer listed" in _text(site, "sections/agents.html")


def test_issue_names_what_was_taken_back_by_its_id_alone(site: PublishedSite) -> None:
    page = _text(site, "issues/2026-W12.html")
    assert f"arXiv:{UNDONE} approved in this issue, taken back since" in page
    assert "A Withdrawn Title withdrawn at arXiv since" in page
    assert "An Undone Title" in site.text("2026-W12.html")  # the letter stays as it went out


def test_no_page_names_a_reviewer(site: PublishedSite) -> None:
    for path in _files(site):
        assert REVIEWER not in path.read_text(encoding="utf-8"), path


def test_why_page_gives_reason_and_way_back(site: PublishedSite) -> None:
    month = _text(site, "why/2603.html")
    assert f"{REJECTED} Not in the list: No language model. Decided 16 March 2026." in month
    assert f"{DEFERRED} Put off: it will be looked at again." in month
    assert "2603.00001 In the list." in month
    assert "2603.00999" not in month
    assert UNDONE not in month
    assert "Every decision can be taken back." in month
    assert "Neither a language model nor a text takes part" in _text(site, "why/index.html")
    assert "Ask nobody about this note." not in "".join(
        path.read_text() for path in (site.folder / "why").iterdir()
    )


@pytest.mark.parametrize(("why", "explained"), [("listed", {True}), ("none", set())])
def test_explanations_can_be_limited(tmp_path: Path, why: str, explained: set[bool]) -> None:
    site = make_site(tmp_path, hostile=False, why=why)
    found = {REJECTED in path.read_text() for path in (site.folder).glob("why/2603.html")}
    assert found == {not one for one in explained}
    assert (site.folder / "why/index.html").exists() is bool(explained)
    assert ("why/index.html" in site.text("index.html")) is bool(explained)


def test_imported_paper_says_where_it_came_from(site: PublishedSite) -> None:
    assert "It came with the curated list." in _text(site, f"papers/{IMPORTED}.html")


def test_suggestions_are_filled_in(site: PublishedSite) -> None:
    links = _tree(site, "papers/2603.00001.html").xpath("//section[@class='answer']//a/@href")
    asked = [parse_qs(urlsplit(link).query) for link in links]
    assert [one["kind"] for one in asked] == [["wrong-section"], ["accepted-at"], ["missing-paper"]]
    assert asked[0]["arxiv_id"] == ["2603.00001"]
    assert asked[0]["title"][0].startswith("Wrong section: arXiv:2603.00001 Talking to the Canvas")
    issue = _tree(site, "issues/2026-W12.html").xpath("//a[@rel='nofollow']/@href")
    assert any("missing-paper" in link for link in issue)


def test_hostile_texts_add_no_element_and_no_attribute(site: PublishedSite) -> None:
    for path in site.pages():
        tree = _read(path)
        for element in tree.iter(etree.Element):
            tag = str(element.tag).rpartition("}")[2]
            assert tag in ELEMENTS | MATH, f"{path.name}: {tag}"
            assert not [name for name in element.attrib if str(name).startswith("on")], path.name
        for link in tree.xpath("//@href"):
            assert urlsplit(link).scheme in {"", "https", "http"}, f"{path.name}: {link}"
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b]", path.read_text()), path.name


def test_pages_ask_nothing_of_other_hosts(site: PublishedSite) -> None:
    policy = "default-src 'none'; script-src 'self' file:; style-src 'self' file:"
    for path in site.pages():
        tree = _read(path)
        loaded = tree.xpath("//@src | //link[@rel='stylesheet' or @rel='icon']/@href")
        assert all(not urlsplit(link).netloc and not urlsplit(link).scheme for link in loaded)
        [stated] = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert stated.startswith(policy)
        assert not tree.xpath("//script[not(@src)] | //style | //@style")


def test_numbers_agree_everywhere(site: PublishedSite) -> None:
    listed = set(re.findall(r'data-paper="([^"]+)"', _all_sections(site)))
    index = json.loads(site.text("assets/search-index.js").partition("=")[2].rstrip(";\n"))
    with site.services.open_store() as store:
        last = store.publications.last("site")
    assert last is not None
    assert last.counts["papers"] == len(listed) == len(index["rows"])
    assert {row[0] for row in index["rows"]} == listed
    assert f"{len(listed)} papers" in _text(site, "index.html")
    assert site.text("all.bib").count("\n@") + 1 == len(listed)
    texts = json.loads(site.text("assets/search-text.js").partition("=")[2].rstrip(";\n"))
    assert len(texts) == len(listed)


def test_sitemap_names_every_page_but_months(site: PublishedSite) -> None:
    root = etree.fromstring(site.text("sitemap.xml").encode())
    found = {str(one.text) for one in root.iter("{*}loc")}
    expected = {
        f"{BASE}/{path.relative_to(site.folder)}"
        for path in site.pages()
        if not re.fullmatch(r"\d{4}", path.stem)
    }
    assert found == {f"{BASE}/" if one.endswith("org/index.html") else one for one in expected}


def test_llms_txt_leads_to_markdown(site: PublishedSite) -> None:
    text = site.text("llms.txt")
    assert text.startswith("# Talking \\<Pictures> &")
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) == 3 + len(TAXONOMY.sections)
    for link in links:
        assert link.startswith(f"{BASE}/")
        assert (site.folder / link.removeprefix(f"{BASE}/")).is_file()


def test_permanent_addresses_need_a_base(tmp_path: Path) -> None:
    site = make_site(tmp_path, hostile=False, publish={"base_url": ""})
    assert not (site.folder / "sitemap.xml").exists()
    assert "canonical" not in site.text("index.html")
    assert "no permanent addresses" in publish_site(site.services).notes[0]


def test_first_page_leads_to_the_form_for_mail(tmp_path: Path, site: PublishedSite) -> None:
    assert "Get it by mail" not in site.text("index.html")
    found = make_site(tmp_path, hostile=False, subscribe="https://lists.example.org/")
    links = _tree(found, "index.html").xpath("//a[text()='Get it by mail']/@href")
    assert links == ["https://lists.example.org/subscribe"]


def test_late_promise_does_not_name_a_day_to_come(tmp_path: Path) -> None:
    site = make_site(tmp_path, hostile=False)
    late = replace(site.services, clock=lambda: NOW + timedelta(days=300))
    publish_site(late)
    said = _tree(site, "index.html").xpath("string(//p[@id='promise'])")
    assert "one was due on" in said
    assert "the next by" not in said


def test_unchanged_rebuild_writes_nothing(small: PublishedSite) -> None:
    before = {path: path.stat().st_mtime_ns for path in small.folder.rglob("*")}
    again = publish_site(small.services)
    assert (again.outcome, again.files) == (Outcome.UNCHANGED, ())
    assert {path: path.stat().st_mtime_ns for path in small.folder.rglob("*")} == before


def test_new_paper_changes_only_what_names_it(small: PublishedSite) -> None:
    with small.services.open_store() as store:
        store.papers.upsert([make_paper("2603.00500", title="Quokka xylophone")], seen_at=NOW)
        new = make_decision("2603.00500", sections=("safety-attack",), decided_at=NOW)
        store.decisions.add([new])
    report = publish_site(small.services)
    changed = {str(one.path.relative_to(small.folder)) for one in report.files}
    assert {"papers/2603.00500.html", "sections/safety-attack.html", "index.html"} <= changed
    assert "sections/generation-3d.html" not in changed
    assert "issues/2026-W12.html" not in changed
    assert "assets/site.css" not in changed


def test_page_of_a_paper_taken_back_vanishes(small: PublishedSite) -> None:
    with small.services.open_store() as store:
        [decision] = store.decisions.of_paper("2603.00003")
        store.decisions.undo(reviewer="ada", undone_at=NOW, decision_id=decision.decision_id)
    report = publish_site(small.services)
    assert report.outcome is Outcome.PUBLISHED
    for suffix in ("html", "md"):
        assert not (small.folder / f"papers/2603.00003.{suffix}").exists()
    assert "Storyboards as Programs" not in small.text("assets/search-index.js")


def test_rejected_after_approval_explains_and_forgets_the_title(small: PublishedSite) -> None:
    with small.services.open_store() as store:
        rejected = make_decision(
            "2603.00003", verdict=Verdict.REJECTED, sections=(), reason="duplicate",
            decided_at=NOW + timedelta(minutes=1),
        )  # fmt: skip
        store.decisions.add([rejected])
    publish_site(small.services)
    assert "2603.00003 Not in the list: Duplicate." in _text(small, "why/2603.html")
    for path in _files(small):
        assert "Storyboards as Programs" not in path.read_text(encoding="utf-8"), path


def test_verify_holds_the_site_to_its_record(small: PublishedSite) -> None:
    [found] = [one for one in verify(small.services, Run()) if one.target == "site"]
    assert (found.found, found.notes) == ((), ())
    (small.folder / "index.html").write_text("mine")
    [found] = [one for one in verify(small.services, Run()) if one.target == "site"]
    assert [one.sentence for one in found.found] == [
        "public/index.html was changed since it was published."
    ]


def test_missing_document_of_an_issue_is_built_again(small: PublishedSite) -> None:
    (small.folder / "2026-W12.json").unlink()
    assert publish_site(small.services).outcome is Outcome.UNCHANGED


def test_site_is_the_same_whatever_is_predicted(small: PublishedSite) -> None:
    with small.services.open_store() as store:
        store._session.write("DELETE FROM prediction")
    assert publish_site(small.services).outcome is Outcome.UNCHANGED


def test_chinese_site_speaks_chinese(tmp_path: Path) -> None:
    site = make_site(tmp_path, hostile=False, languages=("zh", "en"))
    tree = _tree(site, "sections/agents.html")
    assert tree.get("lang") == "zh"
    assert _title(site, "sections/agents.html") == "多模态智能体"
    assert tree.xpath("//p[@class='other-name'][@lang='en']")[0].text == "Multimodal agents"
    assert "未收录：未涉及语言模型。" in _text(site, "why/2603.html")
    assert f"{MONDAY.year}年3月16日" in _text(site, "papers/2603.00001.html")


def test_words_are_the_same_in_every_language() -> None:
    english, chinese = load_words("en").texts, load_words("zh").texts
    assert english.keys() == chinese.keys()
    for key in english.keys() - digest_words("en").texts.keys():
        names = set(re.findall(r"\{(\w+)\}", english[key]))
        assert set(re.findall(r"\{(\w+)\}", chinese[key])) <= names | {"n"}, key


def test_style_sheet_begins_with_the_shared_look(site: PublishedSite) -> None:
    assert site.text("assets/site.css").startswith(style_sheet())
    assert (site.folder / "assets/icon.svg").read_bytes() == shared_files()["icon.svg"]


def test_first_page_says_the_title_once(site: PublishedSite) -> None:
    page = _tree(site, "index.html")
    shown = page.xpath("//body//*[not(contains(@class, 'unseen'))]/text()")
    title = page.xpath("string(//h1)")
    assert sum(text.count(title) for text in shown) == 1
    assert title in _text(site, "search.html")


def test_old_arxiv_id_has_a_page(site: PublishedSite) -> None:
    tree = _tree(site, "papers/hep-th-9901001.html")
    assert tree.xpath("//meta[@name='citation_arxiv_id']/@content") == [OLD]
    assert "https://arxiv.org/abs/hep-th/9901001" in tree.xpath("//a/@href")
