"""Find waiting papers whose predictions share terms."""

from collections.abc import Iterable

from storage.engine.parameters import texts_json
from storage.engine.session import Session

# Shared terms are counted before the queue is asked, because few papers have any.
_SHARING = """
WITH wanted AS MATERIALIZED (SELECT list(DISTINCT value) AS terms FROM listed($terms) AS t(value)),
sharing AS MATERIALIZED (
    SELECT arxiv_id, list_intersect(list_transform(prediction.terms, lambda x: x.term),
                                    wanted.terms) AS shared
    FROM prediction, wanted
    WHERE newest AND len(shared) >= $least
)
SELECT arxiv_id, list_sort(shared)
FROM sharing
WHERE arxiv_id IN (SELECT arxiv_id FROM queue)
ORDER BY len(shared) DESC, arxiv_id
LIMIT $limit
"""


class Alike:
    """The terms of waiting papers."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def sharing(self, terms: Iterable[str], *, least: int, limit: int) -> dict[str, list[str]]:
        """Return waiting papers with at least `least` of the terms, and which they have.

        Those with the most are first. Reads all predictions, so it is for a page that is asked for.
        """
        return dict(
            self._session.rows(
                _SHARING, {"terms": texts_json(terms), "least": least, "limit": limit}
            )
        )
