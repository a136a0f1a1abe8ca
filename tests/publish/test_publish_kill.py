"""A publication that is killed anywhere is completed by the next call."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.publish.report import Outcome
from storage.store import OpenStore
from tests.support.forks import forks
from tests.support.publish import approved, made_of_files, published, publishing_services
from tests.support.storage import published_to

pytestmark = pytest.mark.slow

IDS = ("2603.00001", "2603.00002")
FILES = ("a.md", "b.md", "c.md")
SCRIPT = f"""
import dataclasses, os, signal
from pathlib import Path

from storage.publications import Publications
from tests.support import publish as support
from tests.support.storage import opener

def kill(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def main(moment, directory):
    folder, replace, replaced = Path(directory), Path.replace, []

    def replace_some(self, target):
        if folder in self.parents and self.name.endswith(".md.part"):
            if moment == f"replacing {{len(replaced)}}":
                kill()
            replaced.append(target)
        return replace(self, target)

    Path.replace = replace_some
    if moment == "before begin":
        Publications.begin = kill
    if moment == "before finish":
        Publications.finish = kill
    services = support.publishing_services(opener(folder), folder)
    target = support.made_of_files(folder, {FILES}, {IDS})
    if moment == "after begin":
        target = dataclasses.replace(target, put=kill)
    support.published(services, target)
    kill()
"""


@pytest.fixture(scope="module")
def publish() -> Iterator[Callable[..., int]]:
    """Publish in a process that is killed."""
    with forks(SCRIPT) as call:
        yield call


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return approved(tmp_path, *IDS)


@pytest.mark.parametrize(
    "moment",
    [
        "before begin",
        "after begin",
        "replacing 0",
        "replacing 1",
        "replacing 2",
        "before finish",
        "after finish",
    ],
)
def test_next_call_completes_a_killed_publication(
    open_store: OpenStore, publish: Callable[..., int], tmp_path: Path, moment: str
) -> None:
    for name in FILES:
        (tmp_path / name).write_text("the last good state")
    assert publish(moment, str(tmp_path)) == -signal.SIGKILL
    for name in FILES:  # each file is whole, old or new
        assert (tmp_path / name).read_text() in {"the last good state", f"{name} with 2\n"}
    services = publishing_services(open_store, tmp_path)
    target = made_of_files(tmp_path, FILES, IDS)

    completed = published(services, target)
    again = published(services, target)

    finished_before = moment == "after finish"
    assert completed.outcome is (Outcome.UNCHANGED if finished_before else Outcome.PUBLISHED)
    assert again.outcome is Outcome.UNCHANGED
    assert list(tmp_path.glob(".*.part")) == []
    assert [(tmp_path / name).read_text() for name in FILES] == [f"{n} with 2\n" for n in FILES]
    with open_store() as store:
        assert len(store.publications.of_paper(IDS[0])) == 1
        assert published_to(store, "digest:2026-W12") == {(one, "agents") for one in IDS}
        assert store.publications.interrupted() == []
        assert store.integrity.faults() == ()
