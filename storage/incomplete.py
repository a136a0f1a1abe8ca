"""Read incomplete records and when to ask arXiv for them again.

Their abstract is empty, a placeholder or the title again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.engine.instants import from_utc, to_utc
from storage.engine.session import Session

_WAITING = """
FROM paper
WHERE incomplete AND NOT withdrawn
  AND arxiv_id NOT IN (SELECT arxiv_id FROM decisions WHERE standing AND NOT unplaced)
"""
_LIST = """
SELECT paper.arxiv_id, title, abstract, version, first_seen_at, asks.asked, asks.last
FROM (
    SELECT arxiv_id, title, abstract, version, first_seen_at {waiting}
) AS paper
LEFT JOIN (
    SELECT arxiv_id, count(*) AS asked, max(asked_at) AS last FROM incomplete_ask GROUP BY arxiv_id
) AS asks ON asks.arxiv_id = paper.arxiv_id
ORDER BY first_seen_at DESC, paper.arxiv_id
LIMIT $limit OFFSET $offset
"""
# After 1, 2, 4, 8 and then every 16 days, because a moderator or author needs days.
_DUE = """
WITH asks AS (
    SELECT arxiv_id, count(*) AS asked, max(asked_at) AS last FROM incomplete_ask GROUP BY arxiv_id
)
SELECT waiting.arxiv_id
FROM (SELECT arxiv_id, first_seen_at {waiting} AND NOT starts_with(arxiv_id, 'doi:')) AS waiting
LEFT JOIN asks ON asks.arxiv_id = waiting.arxiv_id
WHERE coalesce(asks.last, waiting.first_seen_at)
      + INTERVAL 1 DAY * least(1 << least(coalesce(asks.asked, 0), 4), 16)
      <= CAST($now AS TIMESTAMP)
ORDER BY asks.last NULLS FIRST, waiting.first_seen_at DESC, waiting.arxiv_id
LIMIT $limit
"""
_ASKED = "INSERT INTO incomplete_ask VALUES ($arxiv_id, CAST($now AS TIMESTAMP), $outcome)"
_IS = "SELECT count(*) FROM paper WHERE arxiv_id = $arxiv_id AND coalesce(incomplete, false)"
_ALL = 2**31


class AskOutcome(StrEnum):
    """What came of asking arXiv again."""

    WHOLE = "whole"
    INCOMPLETE = "incomplete"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class IncompletePaper:
    """A paper that does not wait for a reviewer, because its record has no text to judge."""

    arxiv_id: str
    title: str
    #: as sent: empty, a placeholder, or the title
    abstract: str
    version: int
    first_seen_at: datetime
    #: how often arXiv was asked again
    asked: int
    last_asked_at: datetime | None


class Incomplete:
    """Papers with `incomplete`, and the table `incomplete_ask`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count(self) -> int:
        """Return the number of undecided papers with an incomplete record."""
        return self._session.number(f"SELECT count(*) {_WAITING}")

    def rows(self, *, limit: int = _ALL, offset: int = 0) -> list[IncompletePaper]:
        """Return undecided papers with an incomplete record, newest first."""
        rows = self._session.rows(
            _LIST.format(waiting=_WAITING), {"limit": limit, "offset": offset}
        )
        return [
            IncompletePaper(
                key, title, abstract, version, from_utc(seen), asked or 0, from_utc(last)
            )
            for key, title, abstract, version, seen, asked, last in rows
        ]

    def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Return the papers at arXiv to ask it for now, never asked ones first."""
        rows = self._session.rows(
            _DUE.format(waiting=_WAITING), {"now": to_utc(now), "limit": limit}
        )
        return [row[0] for row in rows]

    def asked(self, arxiv_id: str, *, failed: bool, now: datetime) -> AskOutcome:
        """Record that arXiv was asked, after its answer was stored; return what came of it."""
        lacking = self._session.number(_IS, {"arxiv_id": arxiv_id})
        outcome = (
            AskOutcome.FAILED if failed else AskOutcome.INCOMPLETE if lacking else AskOutcome.WHOLE
        )
        self._session.write(
            _ASKED, {"arxiv_id": arxiv_id, "now": to_utc(now), "outcome": outcome.value}
        )
        return outcome
