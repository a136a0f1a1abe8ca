"""Quarantine: what a source sent and nobody could read, kept whole with the reason. Drops none."""

import hashlib
from collections.abc import Sequence

from storage.instants import from_utc, to_utc
from storage.session import Session
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
FROM quarantined
ORDER BY quarantined_at DESC, raw_hash
LIMIT $limit
"""


class Quarantine:
    """The table `quarantined`."""

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
                        "raw_hash": hashlib.sha256(record.raw).hexdigest(),
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

    def count(self) -> int:
        """Return how many records are kept."""
        return self._session.number("SELECT count(*) FROM quarantined")
