"""What a model can learn from is dated by submission, so that later papers can calibrate it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from classifiers.linear.training import train
from config.reasons import Reason
from pipeline.learn.documents import known_at
from pipeline.learn.examples import load_training_set
from storage.types import NewDecision, StoredPaper, Verdict
from tests.support.builders import make_paper
from tests.support.learning import arxiv_id, settle, small_taxonomy, store_papers
from tests.support.texts import outside, rejected

SEEN = datetime(2026, 3, 9, 1, tzinfo=UTC)
SUBMITTED = datetime(2026, 3, 5, 17, 58, tzinfo=UTC)


@pytest.mark.parametrize(
    ("submitted_at", "seen_at", "expected"),
    [
        pytest.param(SUBMITTED, SEEN, SUBMITTED, id="submitted"),
        pytest.param(None, SEEN, SEEN, id="a feed does not say; it was seen within the month"),
        pytest.param(
            None,
            datetime(2027, 1, 1, tzinfo=UTC),
            datetime(2026, 4, 1, tzinfo=UTC),
            id="an old paper that was fetched late: its month was over",
        ),
    ],
)
def test_a_paper_is_known_since_it_was_submitted(
    submitted_at: datetime | None, seen_at: datetime, expected: datetime
) -> None:
    paper = make_paper("2603.00001", submitted_at=submitted_at)
    assert known_at(paper.arxiv_id, StoredPaper(paper, seen_at, "")) == expected


@pytest.mark.parametrize(
    ("arxiv_id", "expected"),
    [
        ("2512.00001", datetime(2026, 1, 1, tzinfo=UTC)),
        ("math/0309136", datetime(2003, 10, 1, tzinfo=UTC)),
    ],
)
def test_month_of_an_unknown_paper_is_read_from_its_id(arxiv_id: str, expected: datetime) -> None:
    assert known_at(arxiv_id, None) == expected


def test_rejection_teaches_what_its_reason_says(tmp_path: Path) -> None:
    open_store = settle(tmp_path, decided=0)
    own = Reason(code="own", name="Own", trains_as="in scope")
    stated = dict(zip(
        rejected(5), ("relevant-not-listed", "duplicate", "own", "gone", None), strict=True
    ))  # fmt: skip
    store_papers(open_store, [example.document for example in stated])
    with open_store() as store:
        store.decisions.add(
            [
                NewDecision(
                    arxiv_id(example.document), Verdict.REJECTED, (), "ada", SEEN, reason=reason
                )
                for example, reason in stated.items()
            ]
        )
    found = load_training_set(open_store, small_taxonomy(), background=0, reasons=(own,))
    taught = {
        one.example.document.key: one.example.in_scope for one in found.decided if not one.listed
    }
    assert [taught[arxiv_id(example.document)] for example in stated] == [
        True,  # built in, and no longer in the settings
        False,
        True,
        False,
        False,
    ]
    assert not any(one.approved or one.example.sections for one in found.decided if not one.listed)


def test_model_learns_that_a_relevant_rejection_is_in_scope(tmp_path: Path) -> None:
    taxonomy, chances = small_taxonomy(), []
    for reason in ("duplicate", "relevant-not-listed"):
        open_store = settle(tmp_path / reason, decided=0, listed=12)
        documents = outside(24)
        store_papers(open_store, documents)
        with open_store() as store:
            store.decisions.add(
                [
                    NewDecision(arxiv_id(one), Verdict.REJECTED, (), "ada", SEEN, reason=reason)
                    for one in documents
                ]
            )
        found = load_training_set(open_store, taxonomy, background=100)
        model = train(found.examples, found.documents, taxonomy, trained_at=SEEN)
        [scores] = model.predict(outside(1, start=900))
        chances.append(scores.in_scope)
    assert 3 * chances[0] < chances[1], chances


def test_everything_gathered_is_dated(tmp_path: Path) -> None:
    examples = load_training_set(settle(tmp_path), small_taxonomy(), background=100)
    assert examples.examples
    assert examples.background
    assert all(each.known_at == each.document.known_at for each in examples.background)
    assert all(example.document.known_at for example in examples.examples)
