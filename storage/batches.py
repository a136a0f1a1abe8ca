"""Store which decisions were recorded together, as one act."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import texts_json
from storage.engine.session import Session
from storage.errors import BatchNotFoundError

_ADD = """
INSERT INTO decision_batch VALUES ($batch_id, $kind, $source, $reviewer, $recorded_at)
"""
_GET = """
SELECT batch_id, kind, source, reviewer, recorded_at
FROM decision_batches
WHERE batch_id IN (FROM listed($ids))
"""


class BatchKind(StrEnum):
    """How decisions were recorded together."""

    #: one verdict on marked papers
    BULK = "bulk"
    #: `decide --from` a file
    FILE = "file"
    #: `bootstrap` of the curated list
    LIST = "list"
    #: a rule, in one run
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class NewBatch:
    """An act about to be recorded with its decisions."""

    kind: BatchKind
    reviewer: str
    recorded_at: datetime
    #: name of the file; None: standard input, or no file
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """A recorded act; its decisions have its ID."""

    batch_id: str
    kind: BatchKind
    source: str | None
    reviewer: str
    recorded_at: datetime

    @property
    def is_import(self) -> bool:
        """Whether its decisions were made elsewhere and read from a file."""
        return self.kind in (BatchKind.FILE, BatchKind.LIST)


def batch_id_of(decision_ids: Iterable[str]) -> str:
    """Return the first 12 hex digits of the sha256 of its decisions' IDs, in any order."""
    return hashlib.sha256(" ".join(sorted(decision_ids)).encode()).hexdigest()[:12]


class Batches:
    """The table `decision_batch`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, batch_id: str, new: NewBatch) -> None:
        """Record an act under this ID."""
        with self._session.transaction():
            self._session.write(
                _ADD,
                {
                    "batch_id": batch_id,
                    "kind": new.kind.value,
                    "source": new.source,
                    "reviewer": new.reviewer,
                    "recorded_at": to_utc(new.recorded_at),
                },
            )

    def get(self, batch_id: str) -> Batch:
        """Return one act, or raise BatchNotFoundError."""
        found = self.get_many([batch_id]).get(batch_id)
        if found is None:
            raise BatchNotFoundError(batch_id)
        return found

    def get_many(self, batch_ids: Iterable[str]) -> dict[str, Batch]:
        """Return acts by ID; unknown IDs are left out."""
        return {
            id_: Batch(id_, BatchKind(kind), source, reviewer, from_utc(recorded_at))
            for id_, kind, source, reviewer, recorded_at in self._session.rows(
                _GET, {"ids": texts_json(batch_ids)}
            )
        }
