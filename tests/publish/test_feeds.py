"""Feeds as their readers see them: valid, whole, with IDs that stay."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from config.schema import SurveySettings
from pipeline.publish.feeds.atom import instant
from pipeline.publish.feeds.pages import PLACES, paged
from pipeline.publish.feeds.types import Entry
from pipeline.publish.report import Outcome
from pipeline.publish.targets import recorded_target
from pipeline.runtime.services import Services
from storage.store import OpenStore
from storage.types import Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.digest import MONDAY
from tests.support.feeds import (
    BASE,
    atom_faults,
    entries_of,
    files_of,
    ids_of,
    json_faults,
    link_of,
    publish_feeds,
    set_up,
    site,
    text_of,
    titled,
)
from tests.support.publish import LATER, approve, approved, published, publishing_services
from tests.support.storage import opener

ONE, TWO, THREE = (f"2603.0000{number}" for number in (1, 2, 3))
HOUR = timedelta(hours=1)
HOSTILE = (
    "<script>alert(1)</script> closing",
    '"><img src=x onerror=alert(1)> quoted',
    "]]> & &amp; &#x3c;b&#x3e; <!ENTITY x SYSTEM 'file:///etc/passwd'>",
    "tab\x0bbell\x07 and \ufffe noncharacter",
    "right\u202eto\u2066left \u200bzero",
    r"$\alpha_{i}$ of \textbf{bold} and \'e",
    "多模态生成 \U0001f600",
    "x" * 5_000,
    "{{ 7 * 7 }} ${jndi:ldap://a} '; DROP TABLE paper; --",
)


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return approved(tmp_path, ONE, TWO, THREE)


@pytest.fixture
def services(open_store: OpenStore, tmp_path: Path) -> Services:
    return publishing_services(open_store, tmp_path, base_url=BASE)


def approve_paper(open_store: OpenStore, arxiv_id: str, note: str = "", **fields: Any) -> None:
    with open_store() as store:
        store.papers.upsert([make_paper(arxiv_id, **fields)], seen_at=MONDAY)
        store.decisions.add(
            [make_decision(arxiv_id, decided_at=MONDAY, sections=("agents",), note=note or None)]
        )


def test_every_file_is_valid_whatever_the_texts_hold(
    services: Services, open_store: OpenStore
) -> None:
    for number, text in enumerate(HOSTILE):
        approve_paper(
            open_store,
            f"2603.1{number:04}",
            note=text[:200],
            title=text,
            abstract=f"{text}\n\nWe show {text}.",
            authors=(text, "Ada"),
            comment=f"Accepted at ICLR 2026. https://github.com/a/{number}?x=<y>&z",
        )
    report = publish_feeds(services)

    files = files_of(services)
    assert len(files) == len(report.files) == 23
    for name, data in files.items():
        if name.endswith(".atom"):
            assert atom_faults(data, self_address=f"{BASE}/{name}") == [], name
        elif name.endswith(".json"):
            assert json_faults(data) == [], name
    [root] = site(services).walk()
    titles = titled([root])
    assert HOSTILE[0] in titles
    assert "αᵢ of bold and é" in titles
    for entry in entries_of(root):
        content = html.fragment_fromstring(text_of(entry, "content"), create_parent=True)
        assert {one.tag for one in content.iter()} <= {
            *("div", "p", "a", "strong", "blockquote"),
        }
        assert {name for one in content.iter() for name in one.attrib} <= {"href"}


def test_entry_says_what_the_paper_is(services: Services, open_store: OpenStore) -> None:
    approve_paper(
        open_store,
        "2603.00007",
        note="The first to plan in 3D.",
        title="Planning",
        authors=("Ada Example",),
        comment="Accepted at ICLR 2026. Code: https://github.com/a/b",
    )
    publish_feeds(set_up(services, suggest_url="https://survey.example/suggest"))
    entry = titled(site(services).walk())["Planning"]
    content = text_of(entry, "content")
    text = html.fragment_fromstring(content, create_parent=True).text_content()
    assert "We propose a language model" in text
    assert "a reviewer's sentence, not the authors'):The first to plan in 3D." in text
    assert "Sections: Multimodal agents" in text
    assert "ICLR 2026" in text
    links = re.findall('href="([^"]*)"', content)
    assert links[:2] == ["https://arxiv.org/abs/2603.00007", "https://github.com/a/b"]
    assert any(
        one.startswith("https://survey.example/suggest?") and "arxiv_id=2603.00007" in one
        for one in links
    )
    assert [one.get("term") for one in entry.findall("{*}category")] == ["agents", "cs.CV", "cs.CL"]
    [item] = [
        one
        for page in site(services).walk_json()
        for one in page["items"]
        if one["title"] == "Planning"
    ]
    assert item["content_html"] == content
    assert item["id"] == text_of(entry, "id")
    assert item["_living_survey"]["arxiv_id"] == "2603.00007"


@pytest.mark.parametrize("papers", [0, 49, 99, 100, 125])
def test_walk_gives_every_approved_paper_once(tmp_path: Path, papers: int) -> None:
    open_store = opener(tmp_path)
    expected = [f"2603.{number:05}" for number in range(papers)]
    with open_store() as store:
        approve(store, *expected)
    services = publishing_services(open_store, tmp_path, base_url=BASE)
    publish_feeds(services)

    documents = site(services).walk()
    found = [
        text_of(entry, "title").rpartition(" ")[2]
        for root in documents
        for entry in entries_of(root)
    ]
    assert found == expected[::-1]
    assert len(set(ids_of(documents))) == papers
    in_json = [one["id"] for page in site(services).walk_json() for one in page["items"]]
    assert in_json == ids_of(documents)
    in_section = ids_of(site(services).walk("feeds/sections/agents.atom"))
    assert sorted(in_section) == sorted(in_json)
    assert [link_of(root, "current") for root in documents[1:]] == [f"{BASE}/feeds/all.atom"] * (
        len(documents) - 1
    )
    assert all(root.find("{*}archive") is not None for root in documents[1:])


@given(
    places=st.integers(0, 5 * PLACES),
    data=st.data(),
)
def test_pages_hold_every_entry_once(places: int, data: st.DataObject) -> None:
    kept = data.draw(st.sets(st.integers(0, max(0, places - 1)), max_size=places))
    placed = [(place, _entry(place)) for place in kept if place < places]

    current, archives = paged(placed, places, lambda number: f"feed-{number}")

    by_path = {one.path: one for one in archives}
    found, page = [], current
    while True:
        found += [one.id for one in page.entries]
        if not page.previous:
            break
        page = by_path.pop(page.previous)
    assert found == [str(place) for place, _ in sorted(placed, reverse=True)]
    assert by_path == {}


def _entry(place: int) -> Entry:
    return Entry(str(place), "", "", MONDAY, MONDAY, (), "")


def test_full_archive_page_keeps_its_bytes(tmp_path: Path) -> None:
    open_store = opener(tmp_path)
    with open_store() as store:
        approve(store, *(f"2603.{number:05}" for number in range(2 * PLACES)))
    services = publishing_services(open_store, tmp_path, base_url=BASE)
    publish_feeds(services)
    before = files_of(services)["feeds/all-1.atom"]
    with open_store() as store:
        approve(store, *(f"2603.{number:05}" for number in range(300, 500)), at=MONDAY + HOUR)
        [taken] = store.decisions.of_paper(f"2603.{PLACES + 20:05}")
        store.decisions.undo(
            reviewer="ada", undone_at=MONDAY + 2 * HOUR, decision_id=taken.decision_id
        )
    report = publish_feeds(services, override="Many came at once.")
    assert files_of(services)["feeds/all-1.atom"] == before
    assert "all-2.atom" in {one.path.name for one in report.files}
    assert len(ids_of(site(services).walk())) == 2 * PLACES + 199


def _retitled(open_store: OpenStore, services: Services) -> Services:
    with open_store() as store:
        store.papers.upsert([make_paper(ONE, title="Another title")], seen_at=LATER)
    return services


def _moved(open_store: OpenStore, services: Services) -> Services:
    with open_store() as store:
        store.decisions.add([make_decision(ONE, decided_at=LATER, sections=("safety-attack",))])
    return services


def _elsewhere(_: OpenStore, services: Services) -> Services:
    return set_up(services, base_url="https://new.example")


def _over_tls(_: OpenStore, services: Services) -> Services:
    return set_up(services, base_url=BASE.replace("https:", "http:"))


def _renamed(_: OpenStore, services: Services) -> Services:
    survey = SurveySettings(title="Another name")
    return replace(services, settings=services.settings.model_copy(update={"survey": survey}))


@pytest.mark.parametrize("change", [_retitled, _moved, _elsewhere, _over_tls, _renamed])
def test_ids_stay(
    services: Services,
    open_store: OpenStore,
    change: Callable[[OpenStore, Services], Services],
) -> None:
    def ids(now: Services) -> tuple[list[str], str, list[str]]:
        [root] = site(now).walk()
        [section] = site(now).walk("feeds/sections/editing-image.atom")
        in_json = [one["id"] for one in site(now).walk_json()[0]["items"]]
        return ids_of([root]), text_of(root, "id") + text_of(section, "id"), in_json

    publish_feeds(services)
    before = ids(services)
    changed = change(open_store, services)
    assert publish_feeds(changed).outcome is Outcome.PUBLISHED
    assert ids(changed) == before


@pytest.mark.parametrize(
    ("change", "moved"),
    [(_retitled, True), (_moved, True), (_elsewhere, False), (_renamed, False)],
)
def test_updated_changes_with_the_paper_only(
    services: Services,
    open_store: OpenStore,
    change: Callable[[OpenStore, Services], Services],
    *,
    moved: bool,
) -> None:
    changed = change(open_store, services)
    publish_feeds(changed)
    [root] = site(changed).walk()
    later, earlier = "2026-03-24T06:00:00Z", "2026-03-16T08:00:00Z"
    updated = {text_of(entry, "updated") for entry in entries_of(root)}
    assert updated == ({earlier, later} if moved else {earlier})
    assert text_of(root, "updated") == (later if moved else earlier)
    assert {text_of(entry, "published") for entry in entries_of(root)} == {earlier}


def test_withdrawn_paper_is_said_to_be(services: Services, open_store: OpenStore) -> None:
    with open_store() as store:
        store.papers.upsert([make_paper(ONE, version=2, withdrawn=True)], seen_at=LATER)
    report = publish_feeds(services)
    assert report.counts["withdrawn"] == 1
    entry = titled(site(services).walk())[f"Withdrawn: A study of paper {ONE}"]
    assert "<strong>This paper was withdrawn at arXiv.</strong>" in text_of(entry, "content")


def test_paper_without_standing_approval_is_in_no_file(
    services: Services, open_store: OpenStore
) -> None:
    publish_feeds(services)
    with open_store() as store:
        store.papers.upsert([make_paper("2603.00009")], seen_at=MONDAY)
        store.decisions.add(
            [make_decision(ONE, verdict=Verdict.REJECTED, sections=(), decided_at=LATER)]
        )
    publish_feeds(services)
    for name, data in files_of(services).items():
        assert ONE.encode() not in data, name
        assert b"2603.00009" not in data, name


def test_second_build_is_the_same(services: Services) -> None:
    publish_feeds(services)
    first = files_of(services)
    target = recorded_target("feeds", services.settings)
    again = target.build(services)
    output = services.settings.digest.output
    assert {str(one.path.relative_to(output)): one.data for one in again.files} == first
    assert publish_feeds(services).outcome is Outcome.UNCHANGED


def test_list_of_feeds_names_every_feed(services: Services) -> None:
    publish_feeds(services)
    files = files_of(services)
    root = etree.fromstring(files["feeds.opml"])
    addresses = [one.get("xmlUrl") for one in root.iterfind(".//outline[@xmlUrl]")]
    named = {one.removeprefix(f"{BASE}/") for one in addresses if one}
    assert named == {one for one in files if one.endswith(".atom")}
    assert {one.get("type") for one in root.iterfind(".//outline[@xmlUrl]")} == {"rss"}


def test_issue_has_one_entry_with_its_papers(services: Services) -> None:
    published(services, recorded_target("digest:2026-W12", services.settings))
    publish_feeds(services)
    [root] = site(services).walk("feeds/issues.atom")
    [entry] = entries_of(root)
    assert text_of(entry, "title") == "Issue 2026-W12 (16–22 March 2026)"
    assert f"{BASE}/2026-W12.html" in etree.tostring(entry).decode()
    assert text_of(entry, "content").count("<li>") == 3
    assert text_of(entry, "published") == text_of(entry, "updated") == "2026-03-24T06:00:00Z"


def test_without_an_address_links_are_relative(services: Services) -> None:
    bare = set_up(services, base_url="")
    published(bare, recorded_target("digest:2026-W12", bare.settings))
    report = publish_feeds(bare)
    assert report.notes[0].startswith("[publish] base_url is not set")
    files = files_of(bare)
    assert atom_faults(files["feeds/sections/agents.atom"], self_address="agents.atom") == []
    for name in ("all", "issues"):
        assert json_faults(files[f"feeds/{name}.json"]) == []
        assert atom_faults(files[f"feeds/{name}.atom"], self_address=f"{name}.atom") == []
    assert b'href="../2026-W12.html"' in files["feeds/issues.atom"]


def test_chinese_feeds_have_chinese_names(services: Services) -> None:
    settings = services.settings
    digest = settings.digest.model_copy(update={"languages": ("zh", "en")})
    chinese = replace(services, settings=settings.model_copy(update={"digest": digest}))
    publish_feeds(chinese)
    [root] = site(chinese).walk("feeds/sections/agents.atom")
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "zh"
    assert "多模态智能体" in text_of(root, "title")
    assert "分节" in text_of(entries_of(root)[0], "content")


def test_feed_without_entries_has_the_time_of_the_first_approval(services: Services) -> None:
    publish_feeds(services)
    changes = etree.fromstring(files_of(services)["feeds/changes.atom"])
    assert changes.findall("{*}entry") == []
    assert text_of(changes, "updated") == instant(MONDAY)
