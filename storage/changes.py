"""What became of papers after we first saw them, for whatever reports corrections. Reads only.

`storage/paper_merge.py` writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.instants import from_utc, to_utc
from storage.parameters import texts_json
from storage.session import Session
from storage.types import Source

_SINCE = """
SELECT arxiv_id, kind, old, new, source, seen_at
FROM change
WHERE seen_at >= $since
ORDER BY seen_at, arxiv_id, kind
"""
_OF_PAPERS = """
SELECT arxiv_id, kind, old, new, source, seen_at
FROM change
WHERE arxiv_id IN (FROM listed($ids))
ORDER BY seen_at, arxiv_id, kind
"""
_TO_APPROVED = """
SELECT arxiv_id, kind, old, new, source, seen_at
FROM change
WHERE seen_at >= $since
  AND arxiv_id IN (SELECT arxiv_id FROM decisions WHERE standing AND verdict = 'approved')
ORDER BY seen_at, arxiv_id, kind
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that became different about a paper."""

    arxiv_id: str
    #: new_version, title, abstract, authors, comment, categories, journal_ref, doi, license,
    #: withdrawn or restored
    kind: str
    old: str | None
    new: str | None
    source: Source
    seen_at: datetime


class Changes:
    """The table `change`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def since(self, moment: datetime) -> list[Change]:
        """Return what was seen to change at or after an instant, oldest first."""
        return self._read(_SINCE, {"since": to_utc(moment)})

    def to_approved(self, since: datetime) -> list[Change]:
        """Return what changed since about papers whose approval stands: corrections to report."""
        return self._read(_TO_APPROVED, {"since": to_utc(since)})

    def of_papers(self, arxiv_ids: Sequence[str]) -> list[Change]:
        """Return what ever changed about some papers, oldest first."""
        return self._read(_OF_PAPERS, {"ids": texts_json(arxiv_ids)})

    def _read(self, sql: str, parameters: dict[str, object]) -> list[Change]:
        return [
            Change(arxiv_id, kind, old, new, Source(source), from_utc(seen_at))
            for arxiv_id, kind, old, new, source, seen_at in self._session.rows(sql, parameters)
        ]
