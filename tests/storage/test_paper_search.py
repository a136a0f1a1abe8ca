"""A typed ID finds its paper wherever it stands."""

from datetime import UTC, date, datetime

import pytest

from storage.store import Store
from tests.support.builders import make_paper

NOW = datetime(2026, 3, 20, tzinfo=UTC)
AT_ARXIV, ELSEWHERE = "2603.00001", "doi:10.1000/x"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("https://arxiv.org/abs/2603.00001v2", AT_ARXIV),
        ("https://doi.org/10.1000/X", ELSEWHERE),
        ("10.1000/X", ELSEWHERE),
        # of the published version
        ("10.1000/first", AT_ARXIV),
        ("https://doi.org/10.1000/Second", AT_ARXIV),
        ("10.1000/fir", None),
        ("10.1000/unknown", None),
        ("otters", None),
    ],
)
def test_paper_is_found_by_every_id_that_it_has(
    store: Store, typed: str, found: str | None
) -> None:
    papers = [make_paper(AT_ARXIV, doi="10.1000/First 10.1000/second"), make_paper(ELSEWHERE)]
    store.papers.upsert(papers, seen_at=NOW)
    named = store.search.find(typed, date(2026, 3, 20))
    assert (named and named.arxiv_id) == found
