"""Quarantine: what a source sent and nobody could read, kept whole with the reason. Drops none."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.session import Session
from storage.types import QuarantinedRecord

_ADD = """
INSERT INTO quarantined
SELECT told.*
FROM (SELECT CAST($quarantined_at AS TIMESTAMP), CAST($source AS VARCHAR) AS source,
             CAST($reason AS VARCHAR) AS reason, CAST($raw AS BLOB),
             CAST($raw_hash AS VARCHAR) AS raw_hash, CAST($raw_path AS VARCHAR),
             CAST($arxiv_id AS VARCHAR)) AS told
WHERE NOT EXISTS (
    SELECT 1 FROM quarantined AS held
    WHERE held.raw_hash = told.raw_hash AND held.source = told.source
      AND held.reason = told.reason)
"""
_RECENT = """
SELECT source, reason, raw, raw_path, arxiv_id, quarantined_at
FROM quarantine
ORDER BY quarantined_at DESC, raw_hash
LIMIT $limit
"""
_RESOLVE = """
INSERT INTO quarantine_resolution
SELECT raw_hash, source, reason, CAST($papers AS INTEGER), CAST($resolved_at AS TIMESTAMP)
FROM quarantine
WHERE raw_hash = $raw_hash AND source = $source AND reason = $reason
"""
# Read back in portions: whole pages lie there too.
_OPEN = """
SELECT source, reason, raw, raw_path, arxiv_id, quarantined_at
FROM quarantine
WHERE (quarantined_at, raw_hash, reason) > ($after_at, $after_hash, $after_reason)
ORDER BY quarantined_at, raw_hash, reason
LIMIT $limit
"""
_BEFORE_ALL = datetime(1991, 1, 1, tzinfo=UTC)


class Quarantine:
    """The table `quarantined`, less what was resolved since."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, batch: Sequence[QuarantinedRecord]) -> int:
        """Keep records; return how many are new: the same bytes for the same reason count once."""
        added = 0
        with self._session.transaction():
            # Row by row on purpose: they are few, and their bytes are of any size.
            for record in batch:
                added += self._session.write(
                    _ADD,
                    {
                        "quarantined_at": to_utc(record.quarantined_at),
                        "source": record.source,
                        "reason": record.reason,
                        "raw": record.raw,
                        "raw_hash": _hash(record),
                        "raw_path": record.raw_path,
                        "arxiv_id": record.arxiv_id,
                    },
                )
        return added

    def recent(self, limit: int) -> list[QuarantinedRecord]:
        """Return the last records, newest first."""
        return [
            QuarantinedRecord(source, reason, raw, raw_path, arxiv_id, from_utc(at))
            for source, reason, raw, raw_path, arxiv_id, at in self._session.rows(
                _RECENT, {"limit": limit}
            )
        ]

    def after(self, last: QuarantinedRecord | None, limit: int) -> list[QuarantinedRecord]:
        """Return the next unresolved records after `last` (None: from the start), oldest first."""
        rows = self._session.rows(
            _OPEN,
            {
                "after_at": to_utc(last.quarantined_at if last else _BEFORE_ALL),
                "after_hash": _hash(last) if last else "",
                "after_reason": last.reason if last else "",
                "limit": limit,
            },
        )
        return [
            QuarantinedRecord(source, reason, raw, raw_path, arxiv_id, from_utc(at))
            for source, reason, raw, raw_path, arxiv_id, at in rows
        ]

    def resolve(self, record: QuarantinedRecord, *, papers: int, resolved_at: datetime) -> None:
        """Note that a record could be read after all and held so many papers.

        Its bytes stay; it leaves the view, `recent` and `count`.
        """
        with self._session.transaction():
            self._session.write(
                _RESOLVE,
                {
                    "raw_hash": _hash(record),
                    "source": record.source,
                    "reason": record.reason,
                    "papers": papers,
                    "resolved_at": to_utc(resolved_at),
                },
            )

    def count(self, since: datetime = _BEFORE_ALL) -> int:
        """Return how many records wait to be readable, of those that came at or after `since`."""
        return self._session.number(
            "SELECT count(*) FROM quarantine WHERE quarantined_at >= $since",
            {"since": to_utc(since)},
        )


def _hash(record: QuarantinedRecord) -> str:
    return hashlib.sha256(record.raw).hexdigest()
