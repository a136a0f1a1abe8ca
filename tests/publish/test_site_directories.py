"""The site's directories: sections of before, links to elsewhere, what a kill left."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from pipeline.publish.report import Outcome
from pipeline.runtime.services import Services
from storage.taxonomy_types import MoveKind, NewTaxonomyChange, Placement, SectionMove
from tests.support.builders import make_decision, make_paper
from tests.support.digest import MONDAY, TAXONOMY
from tests.support.site import BASE, NOW, PublishedSite, make_site, publish_site


@pytest.fixture
def site(tmp_path: Path) -> PublishedSite:
    return make_site(tmp_path, hostile=False)


def _move(site: PublishedSite, kind: MoveKind, old: str, *new: str) -> Services:
    """Rename the section in the taxonomy, or take it out, and say what became of it."""
    sections = [
        replace(one, id=new[0]) if one.id == old and kind is MoveKind.RENAME else one
        for one in TAXONOMY.sections
        if one.id != old or kind is MoveKind.RENAME
    ]
    taxonomy = replace(TAXONOMY, sections=tuple(sections), fingerprint="1" * 64)
    with site.services.open_store() as store:
        placed = tuple(
            Placement(one.decision_id, tuple(new if id_ == old else (id_,))[:1])
            for one in store.decisions.approved()
            for id_ in one.sections
            if id_ == old
        )
        store.taxonomy.record(
            NewTaxonomyChange(
                "c1", TAXONOMY.fingerprint, "", taxonomy.fingerprint, "",
                MONDAY + timedelta(days=1), "ada", (SectionMove(kind, old, new),), placed,
            )
        )  # fmt: skip
    return replace(site.services, taxonomy=taxonomy)


def _tree(site: PublishedSite, path: str) -> Any:
    return html.fromstring(site.text(path))


def test_renamed_section_sends_readers_on(site: PublishedSite) -> None:
    report = publish_site(_move(site, MoveKind.RENAME, "agents", "doers"))
    assert report.outcome is Outcome.PUBLISHED, (report.reasons, report.error)
    page = _tree(site, "sections/agents.html")
    assert page.xpath("//meta[@http-equiv='refresh']/@content") == ["0; url=../sections/doers.html"]
    assert page.xpath("//link[@rel='canonical']/@href") == [f"{BASE}/sections/doers.html"]
    assert page.xpath("//main//li/a/@href") == ["../sections/doers.html"]
    assert "Multimodal agents" in site.text("sections/agents.md")
    assert _tree(site, "sections/doers.html").xpath("//li[@data-paper]")
    assert "sections/agents" not in site.text("sitemap.xml")


def test_merged_section_says_what_became_of_it(site: PublishedSite) -> None:
    report = publish_site(_move(site, MoveKind.SPLIT, "agents", "editing-image", "editing-audio"))
    assert report.outcome is Outcome.PUBLISHED, (report.reasons, report.error)
    page = _tree(site, "sections/agents.html")
    assert page.xpath("//meta[@http-equiv='refresh']") == []
    assert page.xpath("//main//li/a/text()") == ["Image editing", "Audio editing"]


def _approve_one(site: PublishedSite) -> None:
    with site.services.open_store() as store:
        store.papers.upsert([make_paper("2603.00500", title="Fresh Paint")], seen_at=NOW)
        store.decisions.add([make_decision("2603.00500", sections=("agents",), decided_at=NOW)])


def test_symbolic_link_among_directories_is_refused(site: PublishedSite, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (site.folder / "papers").rename(elsewhere)
    (site.folder / "papers").symlink_to(elsewhere)
    before = {path: path.read_bytes() for path in elsewhere.iterdir()}
    _approve_one(site)
    report = publish_site(site.services)
    assert report.outcome is Outcome.FAILED
    assert report.error.endswith(
        "is a symbolic link, and files behind it may not be the program's."
    )
    assert {path: path.read_bytes() for path in elsewhere.iterdir()} == before


def test_site_itself_may_be_behind_a_symbolic_link(site: PublishedSite, tmp_path: Path) -> None:
    site.folder.rename(tmp_path / "real")
    site.folder.symlink_to(tmp_path / "real")
    _approve_one(site)
    assert publish_site(site.services).outcome is Outcome.PUBLISHED


def test_what_a_kill_left_is_removed(site: PublishedSite) -> None:
    left = [
        site.folder / "papers" / ".2603.77777.html.part",
        site.folder / ".index.html.0123456789abcdef.part",
    ]
    kept = [site.folder / ".htaccess", site.folder / "papers" / ".mine.part"]
    for path in (*left, *kept):
        path.write_text("x")
    _approve_one(site)
    assert publish_site(site.services).outcome is Outcome.PUBLISHED
    assert [path.exists() for path in left] == [False, False]
    assert [path.exists() for path in kept] == [True, True]
