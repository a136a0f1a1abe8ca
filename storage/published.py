"""Published: which paper went where, under which section. Recorded after the effect, once."""

from collections.abc import Sequence
from datetime import datetime

from storage.instants import to_utc
from storage.parameters import rows_json
from storage.session import Session

_RECORD = """
INSERT INTO publication
SELECT DISTINCT told.arxiv_id, $target, told.section, CAST($published_at AS TIMESTAMP)
FROM (SELECT unnest(from_json($entries, '[{"arxiv_id": "VARCHAR", "section": "VARCHAR"}]'),
                    recursive := true)) AS told
WHERE NOT EXISTS (
    SELECT 1 FROM publication AS held
    WHERE held.target = $target AND held.arxiv_id = told.arxiv_id AND held.section = told.section)
"""


class Published:
    """The table `publication`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(
        self, target: str, entries: Sequence[tuple[str, str]], published_at: datetime
    ) -> int:
        """Record that papers (arXiv id, section id) went to a target; return how many are new."""
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

    def entries(self, target: str) -> set[tuple[str, str]]:
        """Return the (arXiv id, section id) pairs that went to a target."""
        return {
            (arxiv_id, section)
            for arxiv_id, section in self._session.rows(
                "SELECT arxiv_id, section FROM publication WHERE target = $target",
                {"target": target},
            )
        }
