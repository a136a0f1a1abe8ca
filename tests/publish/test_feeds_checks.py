"""`doctor` and `status` say when feeds stand still."""

from datetime import timedelta
from pathlib import Path

import pytest

from config.feeds_schema import FeedsSettings
from pipeline.publish.checks import checks
from pipeline.publish.state import publishing_state
from pipeline.runtime.services import Services
from storage.hub_pings import HubPing
from storage.store import OpenStore
from tests.support.digest import MONDAY
from tests.support.feeds import BASE, publish_feeds
from tests.support.publish import LATER, approve, approved, publishing_services

ONE, TWO = "2603.00001", "2603.00002"


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return approved(tmp_path, ONE)


@pytest.fixture
def services(open_store: OpenStore, tmp_path: Path) -> Services:
    return publishing_services(open_store, tmp_path, base_url=BASE)


def said(services: Services) -> list[str]:
    return [one.what for one in checks(services)]


def test_published_feeds_are_well(services: Services) -> None:
    assert said(services) == []
    publish_feeds(services)
    assert said(services) == []


def test_missing_and_changed_feeds_are_named(services: Services) -> None:
    publish_feeds(services)
    feeds = services.settings.digest.output / "feeds"
    (feeds / "all.atom").unlink()
    (feeds / "issues.json").write_text("{}")
    named = "digests/feeds/all.atom, digests/feeds/issues.json"
    assert said(services) == [
        f"{named} are not as published on 2026-03-24: readers see another feed, or none."
    ]


def test_feed_that_stands_still_is_named(services: Services, open_store: OpenStore) -> None:
    publish_feeds(services)
    with open_store() as store:
        approve(store, TWO, at=MONDAY + timedelta(hours=1))
        state = publishing_state(store, services.settings, LATER)
    assert "feeds" not in services.settings.publish.targets
    assert state.unpublished == {"feeds": 1}
    assert said(services) == ["1 approved paper is not in the published feeds."]


def test_feeds_of_which_the_hub_was_not_told_are_counted(services: Services) -> None:
    publish_feeds(services)
    hub = "https://hub.example"
    settings = services.settings.model_copy(update={"feeds": FeedsSettings(hub=hub)})
    told = Services(
        settings, services.taxonomy, services.open_store, services.clock, services.models
    )
    assert said(told) == [f"The hub {hub} was not told of 22 changed feeds."]
    with services.open_store() as store:
        last = store.publications.last("feeds")
        assert last is not None
        digest = next(one.sha256 for one in last.files if one.path.endswith("all.atom"))
        store.hub_pings.add(
            [
                HubPing(hub, f"{BASE}/feeds/all.atom", digest, LATER),
                HubPing(hub, f"{BASE}/feeds/all.json", digest, LATER),
                HubPing(hub, f"{BASE}/feeds/issues.atom", digest, LATER, "answered 500"),
            ]
        )
    assert said(told) == [f"The hub {hub} was not told of 21 changed feeds."]
