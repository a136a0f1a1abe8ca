"""Record which paper was published to which target, after the fact."""

from collections.abc import Sequence
from datetime import datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import rows_json
from storage.engine.session import Session

_RECORD = """
INSERT INTO publication
SELECT DISTINCT incoming.arxiv_id, $target, incoming.section, CAST($published_at AS TIMESTAMP)
FROM (SELECT unnest(from_json($entries, '[{"arxiv_id": "VARCHAR", "section": "VARCHAR"}]'),
                    recursive := true)) AS incoming
WHERE NOT EXISTS (
    SELECT 1 FROM publication AS existing
    WHERE existing.target = $target AND existing.arxiv_id = incoming.arxiv_id
      AND existing.section = incoming.section)
"""


class Published:
    """The table `publication`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(
        self, target: str, entries: Sequence[tuple[str, str]], published_at: datetime
    ) -> int:
        """Record published (arXiv ID, section ID) pairs; return how many are new."""
        if not entries:
            return 0
        with self._session.transaction():
            return self._session.write(
                _RECORD,
                {
                    "target": target,
                    "entries": rows_json({"arxiv_id": a, "section": s} for a, s in entries),
                    "published_at": to_utc(published_at),
                },
            )

    def of_paper(self, arxiv_id: str) -> list[tuple[str, str, datetime]]:
        """Return target, section and time of each first publication of a paper, oldest first."""
        sql = """
        SELECT target, section, published_at FROM publication WHERE arxiv_id = $arxiv_id
        ORDER BY published_at, target, section
        """
        return [
            (target, section, from_utc(at))
            for target, section, at in self._session.rows(sql, {"arxiv_id": arxiv_id})
        ]
