"""Published: which paper went where, under which section. Recorded after the effect, once."""

from collections.abc import Sequence
from datetime import datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import rows_json
from storage.engine.session import Session
from storage.section_moves import read_changes, targets
from storage.taxonomy_types import TaxonomyChange

_RECORD = """
INSERT INTO publication
SELECT DISTINCT told.arxiv_id, $target, told.section, CAST($published_at AS TIMESTAMP)
FROM (SELECT unnest(from_json($entries, '[{"arxiv_id": "VARCHAR", "section": "VARCHAR"}]'),
                    recursive := true)) AS told
WHERE NOT EXISTS (
    SELECT 1 FROM publication AS held
    WHERE held.target = $target AND held.arxiv_id = told.arxiv_id AND held.section = told.section)
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
        """Return the (arXiv id, section id) pairs that went to a target, by today's ids.

        Where a section was split, a paper counts as published in those parts in which it stands
        approved today, and under the old id while it stands in none.
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
    """Return where a published section's paper stands after all later changes."""
    sections = {section}
    for change in changes:
        if published_at <= change.applied_at:
            moved = targets(change.moves)
            sections = {new for old in sections for new in moved.get(old, (old,))}
    return sections if len(sections) == 1 else sections & standing or {section}
