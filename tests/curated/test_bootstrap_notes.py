"""What `bootstrap` tells of entries that it approves, and of IDs that it does not blame."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.taxonomy import Taxonomy, load_taxonomy
from pipeline.curated.bootstrap import BootstrapReport, bootstrap
from pipeline.curated.findings import Reason, Remark
from pipeline.curated.formats.read import scan_list
from pipeline.curated.types import ListFile
from pipeline.runtime.record import Run
from storage.store import OpenStore
from tests.support.bootstrap import FakeArxiv
from tests.support.builders import make_paper
from tests.support.services import make_services
from tests.support.storage import migrated

OLD = "MoSA Kettles: Steam-Coherent Pouring by Decoupling"
NEW = "KettleFlow: Generating Tea Through Structured Steam"
ID = "2512.95001"
LINK = f"https://arxiv.org/abs/{ID}"

Seed = Callable[..., BootstrapReport]


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return migrated(tmp_path / "survey.duckdb")


@pytest.fixture
def seed(open_store: OpenStore, taxonomy: Taxonomy, now: datetime) -> Seed:
    def run(*bullets: str, arxiv: FakeArxiv | None = None) -> BootstrapReport:
        text = "# Multimodal Agents\n\n" + "".join(f"- {bullet}\n" for bullet in bullets)
        files = [ListFile("list.md", text.encode())]
        services = make_services(open_store, now, taxonomy=taxonomy)
        return bootstrap(services, arxiv or FakeArxiv({}), Run(), scanned=scan_list(files))

    return run


@pytest.fixture
def hold(open_store: OpenStore, now: datetime) -> Callable[..., None]:
    def store_versions(*titles: str, **fields: object) -> None:
        with open_store() as store:
            for number, title in enumerate(titles):
                paper = make_paper(ID, version=number + 1, title=title, **fields)
                store.papers.upsert([paper], seen_at=now + timedelta(hours=number))

    return store_versions


def test_renamed_paper_is_approved_with_both_titles(seed: Seed, hold: Callable[..., None]) -> None:
    hold(OLD, NEW)
    report = seed(f"[{OLD}]({LINK})")

    assert (report.approved, report.refused) == (1, ())
    (one,) = report.notes
    assert (one.remark, one.line, one.title) == (Remark.RENAMED, 3, OLD)
    assert NEW in one.detail


def test_paper_renamed_after_its_approval_was_decided_before(
    seed: Seed, hold: Callable[..., None]
) -> None:
    first = seed(f"[{OLD}]({LINK})", arxiv=FakeArxiv({ID: OLD}))
    hold(OLD, NEW)
    second = seed(f"[{OLD}]({LINK})")

    assert (first.approved, second.approved, second.already) == (1, 0, 1)
    assert second.refused == ()


def test_withdrawn_paper_is_named(seed: Seed, hold: Callable[..., None]) -> None:
    hold(NEW, withdrawn=True)
    report = seed(f"[{NEW}]({LINK})")

    assert report.approved == 1
    assert [(one.remark, one.arxiv_id) for one in report.notes] == [(Remark.WITHDRAWN, ID)]


def test_id_is_not_blamed_for_words_that_are_no_title(
    seed: Seed, hold: Callable[..., None]
) -> None:
    hold(NEW)
    report = seed(f"**NEW!** [[Paper]({LINK})]")

    (refusal,) = report.refused
    assert refusal.reason in {Reason.TITLE_UNREADABLE, Reason.UNREADABLE}


def test_wrong_title_is_named_with_the_title_at_arxiv(
    seed: Seed, hold: Callable[..., None]
) -> None:
    hold(NEW)
    report = seed(f"[A Field Guide to Paper Rivers]({LINK})")

    (refusal,) = report.refused
    assert refusal.reason is Reason.WRONG_ID
    assert repr(NEW) in refusal.detail


def test_title_of_two_papers_is_not_approved_without_an_id(
    seed: Seed, open_store: OpenStore, now: datetime
) -> None:
    with open_store() as store:
        papers = [make_paper(f"2512.9500{n}", title=NEW) for n in (1, 2)]
        store.papers.upsert(papers, seen_at=now)
    report = seed(f"[{NEW}](https://openreview.net/forum?id=x)")

    (refusal,) = report.refused
    assert refusal.reason is Reason.NO_ID
    assert "2512.95001 and 2512.95002 have this title" in refusal.detail


def test_common_title_is_not_approved_without_an_id(seed: Seed, hold: Callable[..., None]) -> None:
    hold("Technical Report")

    assert seed("[Technical Report](https://example.org/report.pdf)").approved == 0
