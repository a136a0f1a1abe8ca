"""Store records that could not be read, with the reason."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.session import Session
from storage.types import QuarantinedRecord

_ADD = """
INSERT INTO quarantined
SELECT incoming.*
FROM (SELECT CAST($quarantined_at AS TIMESTAMP), CAST($source AS VARCHAR) AS source,
             CAST($reason AS VARCHAR) AS reason, CAST($raw AS BLOB),
             CAST($raw_hash AS VARCHAR) AS raw_hash, CAST($raw_path AS VARCHAR),
             CAST($arxiv_id AS VARCHAR)) AS incoming
WHERE NOT EXISTS (
    SELECT 1 FROM quarantined AS existing
    WHERE existing.raw_hash = incoming.raw_hash AND existing.source = incoming.source
      AND existing.reason = incoming.reason)
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
# Read in parts, because whole pages are stored too.
_OPEN = """
SELECT source, reason, raw, raw_path, arxiv_id, quarantined_at
FROM quarantine
WHERE (quarantined_at, raw_hash, reason) > ($after_at, $after_hash, $after_reason)
ORDER BY quarantined_at, raw_hash, reason
LIMIT $limit
"""
_BEFORE_ALL = datetime(1991, 1, 1, tzinfo=UTC)


class Quarantine:
    """The table `quarantined` without resolved records."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, batch: Sequence[QuarantinedRecord]) -> int:
        """Store records; return how many (bytes, reason) are new."""
        added = 0
        with self._session.transaction():
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
        """Return the next unresolved records after `last`, oldest first."""
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
        """Record that a record could be read and contained so many papers."""
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
        """Return the number of unresolved records since `since`."""
        return self._session.number(
            "SELECT count(*) FROM quarantine WHERE quarantined_at >= $since",
            {"since": to_utc(since)},
        )


def _hash(record: QuarantinedRecord) -> str:
    return hashlib.sha256(record.raw).hexdigest()
