"""What a model can learn from is dated by submission, so that later papers can calibrate it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.learn.documents import known_at
from pipeline.learn.examples import load_training_set
from storage.types import StoredPaper
from tests.support.builders import make_paper
from tests.support.learning import settle, small_taxonomy

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


def test_everything_gathered_is_dated(tmp_path: Path) -> None:
    examples = load_training_set(settle(tmp_path), small_taxonomy(), background=100)
    assert examples.examples
    assert examples.background
    assert all(each.known_at == each.document.known_at for each in examples.background)
    assert all(example.document.known_at for example in examples.examples)
