from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.publish.approved import ApprovedPaper, by_section, read_approved
from pipeline.publish.approved_since import is_real
from pipeline.publish.identity import SurveyIdentity, survey_identity
from storage.changes import Change
from storage.store import OpenStore, store_opener
from storage.types import Paper, Source, Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.digest import MONDAY
from tests.support.publish import approve
from tests.support.storage import opener

ONE, TWO, THREE = (f"2603.0000{number}" for number in (1, 2, 3))
HOUR = timedelta(hours=1)


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    """Three approved papers, an hour apart."""
    found = opener(tmp_path)
    with found() as store:
        for number, one in enumerate((ONE, TWO, THREE)):
            approve(store, one, at=MONDAY + number * HOUR)
    return found


def papers_of(open_store: OpenStore) -> dict[str, ApprovedPaper]:
    with open_store() as store:
        return {one.arxiv_id: one for one in read_approved(store).papers}


def decide(open_store: OpenStore, arxiv_id: str, hours: int, **fields: object) -> str:
    fields = {"sections": ("agents",), **fields}
    new = make_decision(arxiv_id, decided_at=MONDAY + hours * HOUR, **fields)
    with open_store() as store:
        [decision] = store.decisions.add([new])
    return decision.decision_id


def undo(open_store: OpenStore, decision_id: str, hours: int) -> None:
    with open_store() as store:
        store.decisions.undo(
            reviewer="ada", undone_at=MONDAY + hours * HOUR, decision_id=decision_id
        )


def revise(open_store: OpenStore, paper: Paper, hours: int) -> None:
    with open_store() as store:
        store.papers.upsert([paper], seen_at=MONDAY + hours * HOUR)


def test_approved_papers_are_in_order_of_approval(open_store: OpenStore) -> None:
    with open_store() as store:
        approved = read_approved(store)
    assert [one.arxiv_id for one in approved.papers] == [ONE, TWO, THREE]
    assert [one.position for one in approved.papers] == [0, 1, 2]
    assert [one.approved_at for one in approved.papers] == [MONDAY + n * HOUR for n in range(3)]
    assert all(one.changed_at == one.approved_at for one in approved.papers)
    assert approved.positions == 3
    assert approved.changed_at == MONDAY + 2 * HOUR


def test_only_standing_approvals_are_read(open_store: OpenStore) -> None:
    with open_store() as store:
        store.papers.upsert([make_paper("2603.00009")], seen_at=MONDAY)
    decide(open_store, ONE, 5, verdict=Verdict.REJECTED, sections=())
    assert list(papers_of(open_store)) == [TWO, THREE]


def test_decision_again_keeps_position_and_approval_time(open_store: OpenStore) -> None:
    before = papers_of(open_store)[ONE]
    decide(open_store, ONE, 9, sections=("safety",))
    after = papers_of(open_store)[ONE]
    assert (after.position, after.approved_at) == (before.position, before.approved_at)
    assert (after.changed_at, after.sections) == (MONDAY + 9 * HOUR, ("safety",))


def test_same_decision_again_is_no_change(open_store: OpenStore) -> None:
    decide(open_store, ONE, 9)
    assert papers_of(open_store)[ONE].changed_at == MONDAY


def test_undone_decision_counts_as_never_made(open_store: OpenStore) -> None:
    before = papers_of(open_store)
    undo(open_store, decide(open_store, ONE, 9, verdict=Verdict.REJECTED, sections=()), 10)
    assert papers_of(open_store) == before


def test_undone_approval_still_moves_the_change(open_store: OpenStore) -> None:
    undo(open_store, decide(open_store, ONE, 9, sections=("safety",)), 10)
    after = papers_of(open_store)[ONE]
    assert (after.sections, after.changed_at) == (("agents",), MONDAY + 10 * HOUR)


def test_approval_after_a_rejection_is_new(open_store: OpenStore) -> None:
    decide(open_store, ONE, 9, verdict=Verdict.REJECTED, sections=())
    decide(open_store, ONE, 11)
    papers = papers_of(open_store)
    assert list(papers) == [TWO, THREE, ONE]
    assert papers[ONE].approved_at == MONDAY + 11 * HOUR
    assert [one.position for one in papers.values()] == [1, 2, 3]


def test_positions_do_not_move_when_a_paper_leaves(open_store: OpenStore) -> None:
    decide(open_store, TWO, 9, verdict=Verdict.REJECTED, sections=())
    assert {one: paper.position for one, paper in papers_of(open_store).items()} == {
        ONE: 0,
        THREE: 2,
    }


def test_what_arxiv_changes_is_read(open_store: OpenStore) -> None:
    paper = make_paper(ONE, title="Another title", version=2, comment="Code: github.com/a/b")
    revise(open_store, paper, 9)
    revise(open_store, replace(paper, withdrawn=True, version=3), 12)
    after = papers_of(open_store)[ONE]
    assert (after.title, after.version, after.withdrawn) == ("Another title", 3, True)
    assert [link.url for link in after.code] == ["https://github.com/a/b"]
    assert after.changed_at == MONDAY + 12 * HOUR
    assert after.approved_at == MONDAY


def test_another_version_alone_is_no_real_change(open_store: OpenStore) -> None:
    revise(open_store, make_paper(ONE, version=2, categories=("cs.CV", "cs.LG")), 9)
    assert papers_of(open_store)[ONE].changed_at == MONDAY
    with open_store() as store:
        assert read_approved(store).changed_at == MONDAY + 9 * HOUR


@pytest.mark.parametrize(
    ("kind", "old", "new", "real"),
    [
        ("title", "A  Study", "A study", False),
        ("title", "A study", "B study", True),
        ("title", r"Poincar\'e", "Poincaré", False),
        ("abstract", "We do.", "We did.", True),
        ("comment", "12 pages", "13 pages", False),
        ("comment", "12 pages", "Accepted at ICLR 2026", True),
        ("comment", None, "Code: https://github.com/a/b", True),
        ("journal_ref", None, "Nature 12 (2026)", True),
        ("doi", "10.1/A", "10.1/a", False),
        ("categories", "cs.CV", "cs.CL", False),
        ("license", None, "x", False),
        ("new_version", "1", "2", False),
        ("withdrawn", None, "wrong", True),
        ("restored", "wrong", None, True),
    ],
)
def test_real_change_is_what_readers_see(
    kind: str, old: str | None, new: str | None, *, real: bool
) -> None:
    assert is_real(Change(ONE, kind, old, new, Source.OAI, MONDAY)) is real


def test_papers_are_grouped_by_section(open_store: OpenStore) -> None:
    decide(open_store, TWO, 9, sections=("safety", "agents", "safety"))
    with open_store() as store:
        grouped = by_section(read_approved(store).papers)
    named = {section: [one.arxiv_id for one in those] for section, those in grouped.items()}
    assert named == {"agents": [ONE, TWO, THREE], "safety": [TWO]}


def test_identity_is_made_once_and_kept(open_store: OpenStore, tmp_path: Path) -> None:
    def identity(open_: OpenStore) -> SurveyIdentity:
        with open_() as store:
            return survey_identity(store)

    first = identity(open_store)
    assert identity(open_store) == first
    assert identity(store_opener(tmp_path / "other.duckdb")) != first
    assert len({first.survey, first.paper("a"), first.issue("a"), first.feed("a")}) == 4
    assert first.paper(ONE) == first.paper(ONE)
    assert first.paper(ONE).startswith("urn:uuid:")
