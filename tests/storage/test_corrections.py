from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage.correction_types import NewResolution, Resolution
from storage.store import Store
from storage.types import Paper, Source, Verdict
from tests.support.builders import make_decision, make_paper

NOW = datetime(2026, 3, 20, tzinfo=UTC)
DAY = timedelta(days=1)
PAPER = make_paper("2603.00001", title=r"Drawing \emph{with} ``words''", source=Source.OAI)


def approve(store: Store, paper: Paper = PAPER, verdict: Verdict = Verdict.APPROVED) -> str:
    store.papers.upsert([paper], seen_at=NOW)
    sections = ("agents",) if verdict is Verdict.APPROVED else ()
    made = make_decision(paper.arxiv_id, verdict=verdict, sections=sections, decided_at=NOW)
    return store.decisions.add([made])[0].decision_id


def change(store: Store, paper: Paper = PAPER, *, later: int = 1, **fields: Any) -> Paper:
    changed = replace(paper, **fields)
    store.papers.upsert([changed], seen_at=NOW + later * DAY)
    return changed


def kinds(store: Store, arxiv_id: str = PAPER.arxiv_id) -> tuple[str, ...]:
    case = store.corrections.get(arxiv_id)
    return case.kinds if case else ()


def resolve(store: Store, decision_id: str, resolution: Resolution = Resolution.KEPT) -> int:
    store.decisions.keep_texts([PAPER.arxiv_id])
    store.corrections.resolve(
        [NewResolution(PAPER.arxiv_id, decision_id, resolution, kinds(store), "ada", NOW + DAY)]
    )
    return store.corrections.resolutions_of(PAPER.arxiv_id)[0].resolution_id


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"withdrawn": True}, ("withdrawn",)),
        ({"title": "Another title"}, ("title",)),
        ({"abstract": "Other words about a picture."}, ("abstract",)),
        ({"categories": ("cs.SD",), "primary_category": "cs.SD"}, ("categories",)),
        ({"version": 2}, ("new_version",)),
        ({"journal_ref": "A Journal 7 (2026)"}, ("journal_ref",)),
        ({"doi": "10.1000/182"}, ("doi",)),
        ({"version": 3, "withdrawn": True, "title": "Gone"}, ("withdrawn", "title", "new_version")),
    ],
)
def test_change_of_an_approved_paper_is_a_case(
    store: Store, fields: dict[str, Any], expected: tuple[str, ...]
) -> None:
    approve(store)
    change(store, **fields)
    assert kinds(store) == expected
    assert store.corrections.count() == 1
    assert [case.arxiv_id for case in store.corrections.open()] == [PAPER.arxiv_id]


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Drawing  with \u201cwords\u201d"},
        {"title": r"Drawing {\it with} ``words''"},
        {"abstract": PAPER.abstract.replace(" ", "\n")},
        {"comment": "12 pages"},
        {"authors": ("Ada Alm", "Bo Berg")},
        {"license": "http://creativecommons.org/licenses/by/4.0/"},
    ],
)
def test_same_text_written_otherwise_is_no_case(store: Store, fields: dict[str, Any]) -> None:
    approve(store)
    change(store, **fields)
    assert kinds(store) == ()
    assert store.corrections.count() == 0


def test_several_changes_are_one_case(store: Store) -> None:
    approve(store)
    second = change(store, title="Second title", version=2)
    change(store, second, later=2, version=3, withdrawn=True)
    assert [case.kinds for case in store.corrections.open()] == [
        ("withdrawn", "title", "new_version")
    ]
    [both] = store.corrections.records([PAPER.arxiv_id]).values()
    assert (both.old.title, both.new.title) == (PAPER.title, "Second title")
    assert (both.old.version, both.new.version) == (1, 3)


def test_change_that_arxiv_takes_back_is_no_case(store: Store) -> None:
    approve(store)
    change(store, title="Another title")
    change(store, later=2)
    assert kinds(store) == ()


def test_resolved_case_stays_resolved_until_a_further_change(store: Store) -> None:
    decision = approve(store)
    second = change(store, title="Second title")
    resolve(store, decision)
    assert store.corrections.count() == 0
    store.corrections.find(NOW + 2 * DAY)
    assert store.corrections.count() == 0
    change(store, second, later=3, abstract="All is new.")
    assert kinds(store) == ("abstract",)
    [both] = store.corrections.records([PAPER.arxiv_id]).values()
    assert both.old.title == "Second title"


def test_resolution_taken_back_brings_the_case_back(store: Store) -> None:
    decision = approve(store)
    change(store, title="Second title")
    resolution = resolve(store, decision)
    store.corrections.find(NOW + 2 * DAY)
    store.corrections.undo(resolution, reviewer="bo", now=NOW + 3 * DAY)
    store.corrections.find(NOW + 3 * DAY, [PAPER.arxiv_id])
    assert kinds(store) == ("title",)
    assert store.corrections.resolutions_of(PAPER.arxiv_id)[0].undone_by == "bo"


def test_new_decision_ends_the_case_and_its_undo_opens_it_again(store: Store) -> None:
    approve(store)
    change(store, title="Second title")
    later = make_decision(
        PAPER.arxiv_id, verdict=Verdict.REJECTED, sections=(), decided_at=NOW + DAY
    )
    [made] = store.decisions.add([later])
    assert kinds(store) == ()
    store.decisions.undo(reviewer="ada", undone_at=NOW + 2 * DAY, decision_id=made.decision_id)
    assert kinds(store) == ("title",)


def test_text_of_another_source_is_no_change(store: Store) -> None:
    approve(store, replace(PAPER, source=Source.QUERY, title="Drawing with words"))
    change(store, abstract=r"$x$ in another notation", source=Source.OAI)
    assert kinds(store) == ()
    change(store, later=2, version=2, abstract="A new text.", source=Source.OAI)
    assert "abstract" in kinds(store)


def test_change_before_the_decision_is_no_case(store: Store) -> None:
    store.papers.upsert([PAPER], seen_at=NOW)
    change(store, title="Second title", version=2)
    approve_now = make_decision(PAPER.arxiv_id, decided_at=NOW + 2 * DAY)
    store.decisions.add([approve_now])
    store.corrections.find(NOW + 3 * DAY)
    assert kinds(store) == ()


def test_imported_approval_has_cases(store: Store) -> None:
    store.papers.upsert([PAPER], seen_at=NOW)
    listed = make_decision(PAPER.arxiv_id, reviewer="list", decided_at=NOW - 400 * DAY)
    store.decisions.add([listed])
    change(store, title="Second title")
    assert kinds(store) == ("title",)


def test_rejected_paper_is_a_case_only_if_arxiv_restored_it(store: Store) -> None:
    approve(store, verdict=Verdict.REJECTED)
    change(store, title="Second title", version=2)
    assert kinds(store) == ()
    gone = make_paper("2603.00002", withdrawn=True)
    approve(store, gone, Verdict.REJECTED)
    change(store, gone, withdrawn=False, version=2)
    assert kinds(store, "2603.00002") == ("restored", "new_version")


def test_newer_text_of_a_rejected_paper_is_scored_once(store: Store) -> None:
    approve(store, verdict=Verdict.REJECTED)
    change(store, title="Second title", version=2)
    [both] = store.corrections.newer_rejected(10)
    assert (both.old.title, both.new.title) == (PAPER.title, "Second title")


def test_gravest_cases_come_first_and_can_be_paged(store: Store) -> None:
    fields: list[dict[str, Any]] = [
        {"version": 2},
        {"title": "Else"},
        {"withdrawn": True},
        {"journal_ref": "J 1"},
    ]
    for number, each in enumerate(fields, 1):
        paper = make_paper(f"2603.0100{number}", title=f"Paper {number}")
        approve(store, paper)
        change(store, paper, **each)
    order = [case.arxiv_id for case in store.corrections.open()]
    assert order == ["2603.01003", "2603.01002", "2603.01004", "2603.01001"]
    assert [c.arxiv_id for c in store.corrections.open(limit=2, offset=1)] == order[1:3]
    assert [c.arxiv_id for c in store.corrections.open(kinds=["new_version"])] == order[3:]
    assert dict(store.corrections.counts()) == {
        "withdrawn": 1,
        "title": 1,
        "journal_ref": 1,
        "new_version": 1,
    }
