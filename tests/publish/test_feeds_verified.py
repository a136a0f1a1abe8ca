"""Feeds pass the gate, are verified, and a killed publication leaves no half of them."""

import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.publish.publication import Build
from pipeline.publish.report import Outcome
from pipeline.publish.targets import Target, recorded_target
from pipeline.publish.verify import Difference, verify
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.store import OpenStore
from tests.support.builders import make_paper
from tests.support.digest import MONDAY
from tests.support.feeds import (
    BASE,
    Site,
    atom_faults,
    files_of,
    ids_of,
    json_faults,
    publish_feeds,
)
from tests.support.forks import forks
from tests.support.publish import LATER, approve, approved, published, publishing_services
from tests.support.storage import opener

ONE, TWO, THREE = (f"2603.0000{number}" for number in (1, 2, 3))


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return approved(tmp_path, ONE, TWO)


@pytest.fixture
def services(open_store: OpenStore, tmp_path: Path) -> Services:
    return publishing_services(open_store, tmp_path, base_url=BASE)


def found(services: Services) -> list[Difference]:
    (target,) = verify(services, Run())
    return [one.difference for one in target.found]


def notes(services: Services) -> tuple[str, ...]:
    (target,) = verify(services, Run())
    return target.notes


def test_verify_builds_the_same_bytes(services: Services) -> None:
    publish_feeds(services)
    assert (found(services), notes(services)) == ([], ())


def test_verify_names_a_changed_and_a_missing_file(services: Services) -> None:
    publish_feeds(services)
    feeds = services.settings.digest.output / "feeds"
    (feeds / "all.atom").write_bytes((feeds / "all.atom").read_bytes() + b"\n")
    (feeds / "all.json").unlink()
    assert found(services) == [Difference.FILE_CHANGED, Difference.FILE_MISSING]


def test_verify_names_a_database_that_was_tampered_with(services: Services) -> None:
    publish_feeds(services)
    with services.open_store() as store:
        store._session.write("UPDATE paper SET title = 'Bought' WHERE arxiv_id = $id", {"id": ONE})
    assert set(found(services)) == {Difference.DATABASE_CHANGED}


def test_verify_only_mentions_what_came_later(services: Services, open_store: OpenStore) -> None:
    publish_feeds(services)
    with open_store() as store:
        approve(store, THREE, at=LATER + timedelta(days=1))
        store.papers.upsert(
            [make_paper(ONE, title="Another title")], seen_at=LATER + timedelta(days=1)
        )
    assert found(services) == []
    assert notes(services)[0] == f"{THREE} can be published."


def test_gate_refuses_markup_that_acts_within_an_entry(services: Services) -> None:
    target = recorded_target("feeds", services.settings)

    def unescaped(services: Services) -> Build:
        build = target.build(services)
        file = build.files[0]
        bad = type(file)(file.path, file.data, markup="<p><script>alert(1)</script></p>")
        return type(build)(
            **{**_fields(build), "files": (bad, *build.files[1:])},
        )

    report = published(services, Target("feeds", unescaped))
    assert report.outcome is Outcome.REFUSED
    assert "<script>" in report.reasons[0]


def _fields(build: Build) -> dict[str, Any]:
    return {name: getattr(build, name) for name in build.__slots__}


def test_gate_refuses_a_withdrawn_paper_that_is_not_marked(
    services: Services, open_store: OpenStore
) -> None:
    with open_store() as store:
        store.papers.upsert([make_paper(ONE, version=2, withdrawn=True)], seen_at=LATER)
    target = recorded_target("feeds", services.settings)

    def unmarked(services: Services) -> Build:
        build = target.build(services)
        return type(build)(**{**_fields(build), "marked_withdrawn": frozenset()})

    report = published(services, Target("feeds", unmarked))
    assert report.reasons == (f"{ONE} is withdrawn at arXiv.",)
    publish_feeds(services)


KILLED = """
import os, signal
from pathlib import Path

from tests.support import feeds, publish
from tests.support.storage import opener

def main(number, directory):
    folder, replace, replaced = Path(directory), Path.replace, []

    def replace_some(self, target):
        if self.name.endswith(".part"):
            if len(replaced) == int(number):
                os.kill(os.getpid(), signal.SIGKILL)
            replaced.append(target)
        return replace(self, target)

    Path.replace = replace_some
    services = publish.publishing_services(opener(folder), folder, base_url=feeds.BASE)
    feeds.publish_feeds(services, override="Many came at once.")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def publish_killed() -> Iterator[Callable[..., int]]:
    """Publish in a process that is killed before a file is replaced."""
    with forks(KILLED) as call:
        yield call


@pytest.mark.slow
def test_killed_publication_leaves_whole_feeds(
    tmp_path: Path, publish_killed: Callable[..., int]
) -> None:
    open_store = opener(tmp_path)
    first = [f"2603.{number:05}" for number in range(199)]
    later = [f"2603.{number:05}" for number in range(199, 320)]
    with open_store() as store:
        approve(store, *first)
    services = publishing_services(open_store, tmp_path, base_url=BASE)
    publish_feeds(services)
    old = set(ids_of(_walk(services)))
    with open_store() as store:
        approve(store, *later, at=MONDAY + timedelta(hours=1))
    expected: set[str] = set()
    checked: set[bytes] = set()
    for number in range(12):
        assert publish_killed(str(number), str(tmp_path)) == -signal.SIGKILL
        held = ids_of(_walk(services))
        assert len(held) in {199, 320}
        assert len(set(held)) == len(held)
        assert old <= set(held)
        for name, data in files_of(services).items():
            if name.endswith((".atom", ".json")) and data not in checked:
                checked.add(data)
                faults = atom_faults if name.endswith(".atom") else json_faults
                assert faults(data) == [], name
        expected = set(held)
    report = publish_feeds(services, override="Many came at once.")
    assert report.outcome in {Outcome.PUBLISHED, Outcome.UNCHANGED}
    assert len(ids_of(_walk(services))) == 320
    assert found(services) == []
    assert expected <= set(ids_of(_walk(services)))


def _walk(services: Services) -> Any:
    return Site(services.settings.digest.output).walk()
