"""Record which paper was published to which target, after the fact."""

from collections.abc import Sequence
from datetime import datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import rows_json
from storage.engine.session import Session
from storage.section_moves import read_changes, targets
from storage.taxonomy_types import TaxonomyChange

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
_ENTRIES = """
SELECT publication.arxiv_id, publication.section, publication.published_at, decisions.sections
FROM publication
LEFT JOIN decisions
  ON decisions.arxiv_id = publication.arxiv_id AND decisions.standing
 AND decisions.verdict = 'approved'
WHERE publication.target = $target
"""


class Published:
    """The table `publication`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(
        self, target: str, entries: Sequence[tuple[str, str]], published_at: datetime
    ) -> int:
        """Record (arXiv ID, section ID) pairs published to a target; return how many are new."""
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
        """Return the (arXiv ID, section ID) pairs published to a target, by current IDs.

        If a section was split, a paper counts as published in the parts it is approved for, and
        under the old ID if it is approved for none of them.
        """
        changes = read_changes(self._session)
        return {
            (arxiv_id, section)
            for arxiv_id, published, published_at, standing in self._session.rows(
                _ENTRIES, {"target": target}
            )
            for section in _today(published, from_utc(published_at), set(standing or ()), changes)
        }


def _today(
    section: str, published_at: datetime, standing: set[str], changes: Sequence[TaxonomyChange]
) -> set[str]:
    """Return the current sections of a published paper."""
    sections = {section}
    for change in changes:
        if published_at <= change.applied_at:
            moved = targets(change.moves)
            sections = {new for old in sections for new in moved.get(old, (old,))}
    return sections if len(sections) == 1 else sections & standing or {section}
