from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.publish.checks import checks
from pipeline.publish.state import publishing_state
from pipeline.runtime.services import Services
from storage.store import OpenStore
from tests.support.digest import MONDAY
from tests.support.publish import (
    approve,
    make_build,
    published,
    publishing_services,
    target_of,
)
from tests.support.storage import opener

ONE, TWO = "2603.00001", "2603.00002"


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    found = opener(tmp_path)
    with found() as store:
        approve(store, ONE)
    return found


def _lines(services: Services) -> tuple[str, ...]:
    with services.open_store() as store:
        return publishing_state(store, services.settings, services.clock()).lines


def test_nothing_is_said_before_the_first_publication(
    open_store: OpenStore, tmp_path: Path
) -> None:
    services = publishing_services(open_store, tmp_path)
    assert _lines(services) == ()
    assert list(checks(services)) == []


def test_last_publication_and_waiting_papers_are_named(
    open_store: OpenStore, tmp_path: Path
) -> None:
    services = publishing_services(open_store, tmp_path)
    published(services, target_of(make_build(tmp_path / "list.md", [ONE])))
    with open_store() as store:
        approve(store, TWO, at=MONDAY + timedelta(days=2))
    assert _lines(services) == (
        "list, 1 paper, 2026-03-24 06:00 UTC by ada",
        "1 approved and not in a published list",
    )
    (note,) = checks(services)
    assert (note.what, note.wrong) == ("1 approved paper is not in a published list.", False)


def test_refusal_of_an_issue_counts_until_a_later_one_is_out(
    open_store: OpenStore, tmp_path: Path
) -> None:
    """Nothing publishes the older issue by itself, so it would be refused for ever."""
    services = publishing_services(open_store, tmp_path)

    def publish_issue(week: str, paper: str) -> None:
        build = make_build(tmp_path / f"{week}.md", [paper])
        published(services, replace(target_of(build), name=f"digest:{week}"))

    publish_issue("2026-W10", ONE)
    publish_issue("2026-W11", "2603.99999")
    refused = "digest:2026-W11 refused: 2603.99999 has no standing approval."
    assert refused in _lines(services)
    publish_issue("2026-W09", ONE)
    assert refused in _lines(services)
    publish_issue("2026-W12", ONE)
    assert refused not in _lines(services)
    assert [one for one in checks(services) if one.wrong] == []


def test_refusal_is_wrong_until_it_ends(open_store: OpenStore, tmp_path: Path) -> None:
    services = publishing_services(open_store, tmp_path)
    published(services, target_of(make_build(tmp_path / "list.md", ["2603.99999"])))
    (found,) = checks(services)
    assert found.wrong
    assert found.what == ("list is refused since 2026-03-24: 2603.99999 has no standing approval.")
    assert _lines(services) == ("list refused: 2603.99999 has no standing approval.",)
    published(services, target_of(make_build(tmp_path / "list.md", [ONE])))
    assert [one for one in checks(services) if one.wrong] == []
