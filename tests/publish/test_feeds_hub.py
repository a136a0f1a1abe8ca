"""A WebSub hub is told of changed feeds after their files are in place, and never holds them up."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from config.feeds_schema import FeedsSettings
from pipeline.publish.report import Outcome
from pipeline.publish.targets import recorded_target
from pipeline.runtime.services import Services
from storage.errors import StoreBusyError
from storage.store import OpenStore
from tests.support.builders import make_paper
from tests.support.feeds import BASE, atom_faults, files_of, json_faults, publish_feeds, set_up
from tests.support.publish import LATER, approved, published, publishing_services

ONE, TWO = "2603.00001", "2603.00002"


class Hub:
    """A hub that remembers what it was told, and what each feed held then."""

    def __init__(self, server: HTTPServer, directory: Path) -> None:
        self.url = server.url_for("/hub")
        self.directory = directory
        self.status = 204
        self.told: list[str] = []
        self.held: list[bytes] = []
        server.expect_request("/hub").respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        form = {
            name: values[0] for name, values in parse_qs(request.get_data(as_text=True)).items()
        }
        assert request.method == "POST"
        assert form["hub.mode"] == "publish"
        self.told.append(form["hub.url"])
        path = form["hub.url"].removeprefix(f"{BASE}/")
        self.held.append((self.directory / path).read_bytes())
        return Response(status=self.status)


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return approved(tmp_path, ONE)


@pytest.fixture
def hub(httpserver: HTTPServer, tmp_path: Path) -> Iterator[Hub]:
    yield Hub(httpserver, tmp_path / "digests")
    httpserver.check_assertions()


@pytest.fixture
def services(open_store: OpenStore, tmp_path: Path, hub: Hub) -> Services:
    return _telling(publishing_services(open_store, tmp_path, base_url=BASE), hub.url)


def _telling(services: Services, hub: str) -> Services:
    feeds = FeedsSettings(hub=hub, hub_timeout_seconds=20)
    settings = services.settings.model_copy(update={"feeds": feeds})
    return Services(
        settings, services.taxonomy, services.open_store, services.clock, services.models
    )


def test_hub_is_told_of_each_feed_once_its_file_is_there(services: Services, hub: Hub) -> None:
    publish_feeds(services)
    files = files_of(services)
    feeds = {name for name in files if name != "feeds.opml"}
    assert sorted(hub.told) == sorted(f"{BASE}/{name}" for name in feeds)
    assert sorted(hub.held) == sorted(files[name] for name in feeds)


def test_feeds_name_the_hub(services: Services, hub: Hub) -> None:
    publish_feeds(services)
    files = files_of(services)
    assert f'<link rel="hub" href="{hub.url}"/>'.encode() in files["feeds/all.atom"]
    assert hub.url.encode() in files["feeds/all.json"]
    assert atom_faults(files["feeds/all.atom"]) == []
    assert json_faults(files["feeds/all.json"]) == []


def test_only_changed_feeds_are_told_again(
    services: Services, hub: Hub, open_store: OpenStore
) -> None:
    publish_feeds(services)
    hub.told.clear()
    assert publish_feeds(services).outcome is Outcome.UNCHANGED
    assert hub.told == []
    with open_store() as store:
        store.papers.upsert([make_paper(ONE, title="Another title")], seen_at=LATER)
    publish_feeds(services)
    assert sorted(hub.told) == [
        f"{BASE}/feeds/{name}"
        for name in (
            *("all.atom", "all.json", "changes.atom", "changes.json"),
            *("sections/agents.atom", "sections/agents.json"),
        )
    ]


@pytest.mark.parametrize(("status", "asked"), [(503, 1), (400, 3), (301, 1)])
def test_hub_that_fails_holds_nothing_up_and_is_told_next_time(
    services: Services, hub: Hub, status: int, asked: int
) -> None:
    hub.status = status
    report = publish_feeds(services)
    assert report.outcome is Outcome.PUBLISHED
    assert len(hub.told) == asked
    said = f"The hub {hub.url} answered {status}, so it was not told of 22 feeds."
    assert report.notes == (f"{said} The next `living-survey publish` tells it.",)
    hub.status, hub.told = 202, []
    again = publish_feeds(services)
    assert (again.outcome, again.notes) == (Outcome.UNCHANGED, ())
    assert len(hub.told) == 22


def test_hub_out_of_reach_holds_nothing_up(services: Services) -> None:
    gone = _telling(services, "http://127.0.0.1:9/hub")
    report = publish_feeds(gone)
    assert report.outcome is Outcome.PUBLISHED
    assert report.notes[0].startswith("The hub http://127.0.0.1:9/hub cannot be reached")
    with services.open_store() as store:
        assert store.hub_pings.known("http://127.0.0.1:9/hub") == {}


def test_dry_run_tells_no_hub(services: Services, hub: Hub) -> None:
    published(services, recorded_target("feeds", services.settings), dry_run=True)
    assert hub.told == []


def test_without_an_address_the_hub_is_told_nothing(services: Services, hub: Hub) -> None:
    report = publish_feeds(set_up(services, base_url=""))
    assert "No hub is notified, because [publish] base_url is not set." in report.notes
    assert hub.told == []


def test_busy_database_after_publishing_is_only_said(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.hub_pings.HubPings.add", _busy)
    report = publish_feeds(services)
    assert report.outcome is Outcome.PUBLISHED
    assert report.notes == ("It is busy. Wait.",)


def _busy(*_: object) -> None:
    raise StoreBusyError("It is busy.", hint="Wait.")
