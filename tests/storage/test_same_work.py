from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage.same_work import Answer
from storage.store import Store
from storage.types import Paper, Verdict
from storage.work_keys import why_alike, work_keys
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.storage import add_predictions

NOW = datetime(2026, 3, 20, tzinfo=UTC)
ABSTRACT = (
    "We draw pictures with a language model that plans each stroke before a brush moves. A second"
    " model then checks the plan against the prompt. On three sets of prompts it draws more of what"
    " was asked, and people prefer its pictures in two of three cases."
)
FIRST = make_paper(
    "2603.00001",
    title="PaintPlan: Drawing Pictures Stroke by Stroke with Language Models",
    abstract=ABSTRACT,
    authors=("Ada Alm", "Bo Berg"),
    doi="10.1000/Plan",
)


def other(**fields: Any) -> Paper:
    return make_paper("2603.00002", **{"abstract": "Something else entirely is said.", **fields})


ALIKE = [
    ("same title", other(title=FIRST.title.upper(), authors=("A. Alm",))),
    (
        "near title",
        other(
            title="PaintPlan: Drawing Pictures Stroke by Stroke with Large Language Models",
            authors=("Ada Alm", "Cy Cole"),
        ),
    ),
    ("same doi", other(title="Brushes", authors=("Dee Dahl",), doi="10.1000/X 10.1000/plan")),
    ("same abstract", other(title="Brushes that Plan", abstract=ABSTRACT, authors=("Dee Dahl",))),
    (
        "same abstract",
        other(
            title="Brushes that Plan",
            abstract=ABSTRACT.replace("three sets of prompts", "four sets"),
            authors=("Ada Alm",),
        ),
    ),
    (
        "comment",
        other(title="Brushes", comment="Extended version of arXiv:2603.00001v2, 12 pages"),
    ),
]
NOT_ALIKE = [
    other(title=FIRST.title, authors=("Dee Dahl",)),
    other(title="A Survey of Drawing", authors=FIRST.authors),
    other(title="Brushes", comment="Uses the data of arXiv:2603.00001"),
]


def put(store: Store, *papers: Paper, score: float = 0.9) -> None:
    store.papers.upsert(papers, seen_at=NOW)
    add_predictions(store, [make_prediction(one.arxiv_id, in_scope=score) for one in papers])
    while store.same_work.find(at_least=0.5, limit=10, now=NOW):
        pass


def pairs(store: Store) -> list[tuple[str, str, str]]:
    return [(one.first_id, one.second_id, one.why) for one in store.same_work.open()]


def approve(store: Store, arxiv_id: str) -> None:
    store.decisions.add([make_decision(arxiv_id, decided_at=NOW)])


@pytest.mark.parametrize(("why", "second"), ALIKE, ids=range(len(ALIKE)))
def test_papers_on_the_same_work_share_a_key(why: str, second: Paper) -> None:
    assert work_keys(FIRST) & work_keys(second)
    assert len(work_keys(FIRST)) <= 20
    found = why_alike(FIRST, second)
    assert found
    assert found[0] == why
    assert why_alike(second, FIRST) == found


@pytest.mark.parametrize("second", NOT_ALIKE, ids=range(len(NOT_ALIKE)))
def test_other_papers_are_not_the_same_work(second: Paper) -> None:
    assert why_alike(FIRST, second) is None


def test_paper_is_never_its_own_double() -> None:
    again = make_paper(FIRST.arxiv_id, title=FIRST.title, authors=FIRST.authors, version=2)
    assert why_alike(FIRST, again) is None


def test_pair_is_found_once_and_stays_answered(store: Store) -> None:
    second = ALIKE[1][1]
    put(store, FIRST, second)
    assert pairs(store) == [(FIRST.arxiv_id, second.arxiv_id, "near title")]
    store.same_work.answer(
        second.arxiv_id, FIRST.arxiv_id, Answer.DIFFERENT, reviewer="ada", now=NOW
    )
    assert pairs(store) == []
    store.papers.upsert(
        [make_paper(FIRST.arxiv_id, title=FIRST.title, authors=FIRST.authors, version=2)],
        seen_at=NOW + timedelta(days=1),
    )
    put(store)
    assert pairs(store) == []
    answered = store.same_work.answered(FIRST.arxiv_id, second.arxiv_id)
    assert answered
    assert answered.answer is Answer.DIFFERENT


def test_answer_taken_back_asks_again(store: Store) -> None:
    put(store, FIRST, ALIKE[0][1])
    ids = FIRST.arxiv_id, ALIKE[0][1].arxiv_id
    store.same_work.answer(*ids, Answer.SAME, keeps=ids[0], reviewer="ada", now=NOW)
    store.same_work.undo(*ids, reviewer="bo", now=NOW)
    assert len(pairs(store)) == 1
    assert store.same_work.answered(*ids) is None


def test_pair_goes_when_the_papers_differ_by_now(store: Store) -> None:
    put(store, FIRST, ALIKE[1][1])
    changed = other(title="Weather over Lakes", authors=("Cy Cole",), version=2)
    store.papers.upsert([changed], seen_at=NOW + timedelta(days=1))
    put(store)
    assert pairs(store) == []


def test_unlikely_papers_are_not_compared(store: Store) -> None:
    put(store, FIRST, ALIKE[0][1], score=0.2)
    assert pairs(store) == []


def test_rejected_paper_needs_no_answer(store: Store) -> None:
    put(store, FIRST, ALIKE[0][1])
    rejection = make_decision(FIRST.arxiv_id, verdict=Verdict.REJECTED, sections=())
    store.decisions.add([rejection])
    assert pairs(store) == []


def test_double_of_an_approved_paper_is_named_until_called_different(store: Store) -> None:
    second = ALIKE[0][1]
    put(store, FIRST, second, make_paper("2603.00003", title="Else"))
    assert store.same_work.doubles([second.arxiv_id]) == {}
    approve(store, FIRST.arxiv_id)
    assert store.same_work.doubles([FIRST.arxiv_id, second.arxiv_id, "2603.00003"]) == {
        FIRST.arxiv_id: (second.arxiv_id,),
        second.arxiv_id: (FIRST.arxiv_id,),
    }
    store.same_work.answer(
        FIRST.arxiv_id, second.arxiv_id, Answer.DIFFERENT, reviewer="ada", now=NOW
    )
    assert store.same_work.doubles([second.arxiv_id]) == {}
    assert store.twins.of([second]) == {}
