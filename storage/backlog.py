"""What a model has not read yet, for a pass over all of it. Writes nothing.

Asking costs a second among millions of papers, so it is asked rarely: once for many places in the
table, then for the texts at some of them. A place may be another paper's by then: what counts is
the text that is found there, and the next question finds what was missed.
"""

from collections.abc import Iterable

from storage.engine.parameters import integers_json
from storage.engine.session import Row, Session
from storage.types import PaperText

# By the hash of both: a third of the time that comparing ids and hashes of texts takes (0.7 against
# 2 s of 3 million papers). That any two of those collide has a chance of one in two million.
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
    """The papers whose present text a model has not read."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count(self, model_id: str) -> int:
        """Return how many there are."""
        return self._session.number(f"SELECT count(*) {_UNCLASSIFIED}", {"model_id": model_id})

    def places(self, model_id: str, *, limit: int) -> list[int]:
        """Return where they stand in the table now, first seen first."""
        rows = self._session.rows(
            f"SELECT rowid {_UNCLASSIFIED} ORDER BY first_seen_at, rowid LIMIT $limit",
            {"model_id": model_id, "limit": limit},
        )
        return [row[0] for row in rows]

    def texts(self, places: Iterable[int]) -> list[PaperText]:
        """Return the texts that stand at these places, in the table's order."""
        rows = self._session.rows(_TEXTS, {"places": integers_json(places)})
        return [_paper_text(row) for row in rows]


def _paper_text(row: Row) -> PaperText:
    arxiv_id, title, abstract, categories, content_hash = row
    return PaperText(arxiv_id, title, abstract, tuple(categories), content_hash)
