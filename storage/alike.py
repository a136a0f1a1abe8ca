"""Find waiting papers whose predictions share terms."""

from collections.abc import Iterable

from storage.engine.parameters import texts_json
from storage.engine.session import Session

# One first section only, because comparing all 3 million predictions takes 4 s of CPU, one of 38
# sections 0.8 s (2 busy cores, 2026-11-28). Terms come before the queue, because few share any.
_SHARING = """
WITH wanted AS MATERIALIZED (SELECT list(DISTINCT value) AS terms FROM listed($terms) AS t(value)),
sharing AS MATERIALIZED (
    SELECT arxiv_id, list_intersect(list_transform(prediction.terms, lambda x: x.term),
                                    wanted.terms) AS shared
    FROM prediction, wanted
    WHERE newest AND top_section IS NOT DISTINCT FROM $section AND len(shared) >= $least
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

    def sharing(
        self, terms: Iterable[str], *, section: str | None, least: int, limit: int
    ) -> dict[str, list[str]]:
        """Return waiting papers of a first section with at least `least` of the terms.

        With each paper the terms that it has; those with the most are first.
        """
        asked = {
            "terms": texts_json(terms),
            "section": section,
            "least": least,
            "limit": limit,
        }
        return dict(self._session.rows(_SHARING, asked))
