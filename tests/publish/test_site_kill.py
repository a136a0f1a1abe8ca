"""A site whose publication is killed anywhere is completed by the next call."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.publish.report import Outcome
from pipeline.publish.verify import verify
from pipeline.runtime.record import Run
from tests.support.builders import make_decision, make_paper
from tests.support.forks import forks
from tests.support.site import NOW, make_site, publish_site

pytestmark = pytest.mark.slow

SCRIPT = """
import os, signal
from pathlib import Path

from pipeline.publish import files
from storage.publications import Publications
from tests.support.site import publish_site, site_services
from tests.support.storage import opener

def kill(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def main(moment, directory):
    folder, replace, replaced = Path(directory), Path.replace, []

    def replace_some(self, target):
        if folder / "public" in self.parents and self.name.endswith(".part"):
            if moment == f"replacing {len(replaced)}":
                kill()
            replaced.append(target)
        return replace(self, target)

    Path.replace = replace_some
    if moment == "before removing":
        files._remove = kill
    if moment == "before finish":
        Publications.finish = kill
    publish_site(site_services(opener(folder), folder))
    kill()
"""


@pytest.fixture(scope="module")
def publish() -> Iterator[Callable[..., int]]:
    """Publish in a process that is killed."""
    with forks(SCRIPT) as call:
        yield call


@pytest.mark.parametrize(
    "moment", ["replacing 0", "replacing 5", "before removing", "before finish"]
)
def test_next_call_completes_a_killed_site(
    publish: Callable[..., int], tmp_path: Path, moment: str
) -> None:
    site = make_site(tmp_path, hostile=False)
    with site.services.open_store() as store:
        [gone] = store.decisions.of_paper("2603.00003")
        store.decisions.undo(reviewer="ada", undone_at=NOW, decision_id=gone.decision_id)
        store.papers.upsert([make_paper("2603.00500", title="Fresh Paint")], seen_at=NOW)
        store.decisions.add([make_decision("2603.00500", sections=("agents",), decided_at=NOW)])
    assert publish(moment, str(tmp_path)) == -signal.SIGKILL

    assert publish_site(site.services).outcome is Outcome.PUBLISHED
    assert publish_site(site.services).outcome is Outcome.UNCHANGED
    assert list(site.folder.rglob("*.part")) == []
    assert not (site.folder / "papers/2603.00003.html").exists()
    assert "Fresh Paint" in site.text("sections/agents.html")
    [found] = [one for one in verify(site.services, Run()) if one.target == "site"]
    assert (found.found, found.notes) == ((), ())
    with site.services.open_store() as store:
        assert store.publications.interrupted() == []
