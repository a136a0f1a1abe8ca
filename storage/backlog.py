"""Find the papers a model has not classified yet.

The search returns row numbers, because it is slow and the texts are read in parts. A row may have
changed by then; the next search finds what was missed.
"""

from collections.abc import Iterable

from storage.engine.parameters import integers_json
from storage.engine.session import Row, Session
from storage.types import PaperText

# Compares hashes of both columns, because comparing the columns takes longer.
_UNCLASSIFIED = """
FROM paper
WHERE hash(arxiv_id, content_hash) NOT IN (
    SELECT hash(arxiv_id, content_hash) FROM prediction WHERE model_id = $model_id)
"""
_TEXTS = """
SELECT arxiv_id, title, abstract, categories, content_hash
FROM paper
WHERE rowid IN (SELECT unnest(from_json($places, '["BIGINT"]')))
ORDER BY rowid
"""


class Backlog:
    """Papers whose current text a model has not classified."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count(self, model_id: str) -> int:
        """Return the number of such papers."""
        return self._session.number(f"SELECT count(*) {_UNCLASSIFIED}", {"model_id": model_id})

    def places(self, model_id: str, *, limit: int) -> list[int]:
        """Return their current row numbers, first seen first."""
        rows = self._session.rows(
            f"SELECT rowid {_UNCLASSIFIED} ORDER BY first_seen_at, rowid LIMIT $limit",
            {"model_id": model_id, "limit": limit},
        )
        return [row[0] for row in rows]

    def texts(self, places: Iterable[int]) -> list[PaperText]:
        """Return the texts in these rows, in table order."""
        rows = self._session.rows(_TEXTS, {"places": integers_json(places)})
        return [_paper_text(row) for row in rows]


def _paper_text(row: Row) -> PaperText:
    arxiv_id, title, abstract, categories, content_hash = row
    return PaperText(arxiv_id, title, abstract, tuple(categories), content_hash)
