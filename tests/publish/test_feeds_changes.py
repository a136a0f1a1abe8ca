"""Readers learn of changes to archived entries once, and archive pages of sections keep bytes."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.publish.feeds.pages import PLACES
from pipeline.runtime.services import Services
from storage.types import Paper
from tests.support.builders import make_decision
from tests.support.digest import MONDAY
from tests.support.feeds import (
    ATOM,
    BASE,
    atom_faults,
    files_of,
    ids_of,
    json_faults,
    publish_feeds,
    site,
    text_of,
)
from tests.support.publish import approve, approved, publishing_services

LATE = "2604.00001"
IDS = tuple(f"2603.{number:05}" for number in range(3 * PLACES))
DAY = timedelta(days=1)


@pytest.fixture
def services(tmp_path: Path) -> Services:
    open_store = approved(tmp_path, *IDS)
    services = publishing_services(open_store, tmp_path, base_url=BASE)
    publish_feeds(services)
    return services


def stored(services: Services, arxiv_id: str) -> Paper:
    with services.open_store() as store:
        found = store.papers.get(arxiv_id)
        assert found is not None
        return found.paper


def retitle(services: Services, arxiv_id: str, title: str, days: int) -> None:
    paper = stored(services, arxiv_id)
    with services.open_store() as store:
        store.papers.upsert(
            [replace(paper, title=title, version=days + 1)], seen_at=MONDAY + days * DAY
        )


def changed(services: Services) -> list[tuple[str, str]]:
    """Publish and return ID and title of each entry of the feed of changes."""
    publish_feeds(services, override="Many changed at once.")
    [feed] = site(services).walk("feeds/changes.atom")
    return [(text_of(entry, "id"), text_of(entry, "title")) for entry in feed.iter(f"{ATOM}entry")]


def test_change_of_an_archived_paper_is_told_once(services: Services) -> None:
    assert changed(services) == []
    walked = ids_of(site(services).walk())
    retitle(services, IDS[3], "Anew", 1)
    [(first, title)] = changed(services)
    assert title == "Changed: Anew"
    before = files_of(services)
    assert changed(services) == [(first, title)]
    assert files_of(services) == before

    retitle(services, IDS[3], "Anew again", 2)
    [(second, title)] = changed(services)
    assert (title, second != first) == ("Changed: Anew again", True)
    assert first not in walked
    assert ids_of(site(services).walk()) == walked  # each paper once, as before


def test_changes_are_valid_newest_first_and_listed(services: Services) -> None:
    retitle(services, IDS[3], "Earlier", 1)
    retitle(services, IDS[9], "Later", 2)
    assert [title for _, title in changed(services)] == ["Changed: Later", "Changed: Earlier"]
    files = files_of(services)
    assert atom_faults(files["feeds/changes.atom"]) == []
    assert json_faults(files["feeds/changes.json"]) == []
    assert b"feeds/changes.atom" in files["feeds.opml"]


def test_another_version_without_a_change_is_not_told(services: Services) -> None:
    paper = stored(services, IDS[3])
    with services.open_store() as store:
        store.papers.upsert([replace(paper, version=2)], seen_at=MONDAY + DAY)
    assert changed(services) == []


def test_archive_of_a_section_stays_when_a_paper_leaves(services: Services) -> None:
    before = files_of(services)
    with services.open_store() as store:
        store.decisions.add(
            [make_decision(IDS[3], sections=("editing-image",), decided_at=MONDAY + DAY)]
        )
    publish_feeds(services, override="One moved.")
    after = files_of(services)
    first, second = (f"feeds/sections/agents/{number}.atom" for number in (1, 2))
    assert after[first] != before[first]
    assert after[second] == before[second]
    assert after["feeds/sections/agents.atom"] == before["feeds/sections/agents.atom"]
    assert len(ids_of(site(services).walk("feeds/sections/agents.atom"))) == len(IDS) - 1


def test_paper_that_joins_a_section_late_reaches_subscribers(services: Services) -> None:
    with services.open_store() as store:
        approve(store, LATE, section="editing-image", at=MONDAY - DAY)
        approve(store, *(f"2604.{number:05}" for number in range(2, 9)), at=MONDAY + DAY)
        store.decisions.add(
            [make_decision(LATE, sections=("agents",), decided_at=MONDAY + 2 * DAY)]
        )
    publish_feeds(services, override="Many came at once.")
    documents = site(services).walk("feeds/sections/agents.atom")
    newest = next(documents[0].iter(f"{ATOM}entry"))
    assert f"arXiv:{LATE}" in text_of(newest, "content")
    assert len(ids_of(documents)) == len(set(ids_of(documents))) == len(IDS) + 8
