"""Read changes of papers, which `storage/paper_merge.py` records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import texts_json
from storage.engine.session import Session
from storage.types import Source

_TO_APPROVED = """
SELECT arxiv_id, kind, old, new, source, seen_at
FROM change
WHERE seen_at >= $since
  AND arxiv_id IN (SELECT arxiv_id FROM decisions WHERE standing AND verdict = 'approved')
ORDER BY seen_at, arxiv_id, kind
"""
_BETWEEN = """
SELECT arxiv_id, kind, old, new, source, seen_at
FROM change
WHERE seen_at >= $start AND seen_at < $end AND kind IN (FROM listed($kinds))
ORDER BY seen_at, arxiv_id, kind
"""
_WITHDRAWN = """
SELECT arxiv_id, title
FROM paper
WHERE withdrawn
  AND arxiv_id IN (SELECT arxiv_id FROM decisions WHERE standing AND verdict = 'approved')
ORDER BY arxiv_id
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One changed field of a paper."""

    arxiv_id: str
    #: new_version, version_corrected, title, abstract, authors, comment, categories, journal_ref,
    #: doi, license, withdrawn or restored
    kind: str
    old: str | None
    new: str | None
    source: Source
    seen_at: datetime


class Changes:
    """The table `change`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def to_approved(self, since: datetime) -> list[Change]:
        """Return the changes since `since` to approved papers, oldest first."""
        return self._changes(_TO_APPROVED, since=to_utc(since))

    def between(self, start: datetime, end: datetime, kinds: Sequence[str]) -> list[Change]:
        """Return the changes of these kinds in [start, end), oldest first."""
        return self._changes(
            _BETWEEN, start=to_utc(start), end=to_utc(end), kinds=texts_json(kinds)
        )

    def withdrawn_approvals(self) -> dict[str, str]:
        """Return the titles of the approved papers that arXiv has as withdrawn, by ID."""
        return dict(self._session.rows(_WITHDRAWN))

    def _changes(self, sql: str, **parameters: object) -> list[Change]:
        return [
            Change(arxiv_id, kind, old, new, Source(source), from_utc(seen_at))
            for arxiv_id, kind, old, new, source, seen_at in self._session.rows(sql, parameters)
        ]
