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
_PAGE = """
SELECT arxiv_id, target, section, published_at FROM publication
WHERE coalesce(target = $target, true) AND coalesce(section = $section, true){after}
ORDER BY published_at DESC, arxiv_id DESC, target DESC, section DESC
LIMIT $limit
"""
_AFTER = """
  AND published_at <= CAST($at AS TIMESTAMP)
  AND (published_at, arxiv_id, target, section) < (CAST($at AS TIMESTAMP), $id, $of, $in)
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

    def page(
        self,
        *,
        limit: int,
        target: str | None = None,
        section: str | None = None,
        after: tuple[str, str, str, datetime] | None = None,
    ) -> list[tuple[str, str, str, datetime]]:
        """Return arXiv ID, target, section and time of publications, latest first.

        `after` is the last one of the page before.
        """
        asked: dict[str, object] = {"target": target, "section": section, "limit": limit}
        if after is not None:
            asked |= {"id": after[0], "of": after[1], "in": after[2], "at": to_utc(after[3])}
        found = self._session.rows(_PAGE.format(after=_AFTER if after else ""), asked)
        return [(key, own, leaf, from_utc(moment)) for key, own, leaf, moment in found]

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
