"""Store what other services said of papers, with source and date. Append-only."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import rows_json, texts_json
from storage.engine.session import Session

_ADD = """
INSERT INTO enrichment
SELECT (SELECT coalesce(max(seq), 0) FROM enrichment) + row_number() OVER (ORDER BY place),
       arxiv_id, kind, subject, state, detail, source, CAST($asked_at AS TIMESTAMP), $run_id
FROM (
    SELECT unnest(from_json($rows, '[{
        "place": "BIGINT", "arxiv_id": "VARCHAR", "kind": "VARCHAR", "subject": "VARCHAR",
        "state": "VARCHAR", "detail": "VARCHAR", "source": "VARCHAR"
    }]'), recursive := true)
)
"""
_DUE = """
SELECT paper.arxiv_id
FROM paper
LEFT JOIN (
    SELECT arxiv_id, max(asked_at) AS tried_at FROM enrichment WHERE kind = $kind GROUP BY arxiv_id
) AS tried ON tried.arxiv_id = paper.arxiv_id
WHERE paper.arxiv_id IN (
    SELECT arxiv_id FROM decisions WHERE standing AND verdict = 'approved'
)
  AND (tried_at IS NULL OR tried_at < $before)
ORDER BY tried_at NULLS FIRST, paper.arxiv_id DESC
"""
_FACTS = """
SELECT arxiv_id, kind, subject, state, detail, source, asked_at
FROM enrichments
WHERE kind IN (FROM listed($kinds)) AND asked_at IS NOT NULL
  AND ($ids IS NULL OR arxiv_id IN (FROM listed(coalesce($ids, '[]'))))
ORDER BY arxiv_id, kind, subject
"""
#: what was last said, since when, and when it last turned from one definite answer into another
_SAID = """
WITH definite AS (
    SELECT arxiv_id, kind, subject, state, asked_at,
           lag(state) OVER (PARTITION BY arxiv_id, kind, subject ORDER BY seq) AS before
    FROM enrichment
    WHERE state <> 'unknown'
), turned AS (
    SELECT arxiv_id, kind, subject, max(asked_at) AS since,
           max(asked_at) FILTER (before IS NOT NULL) AS turned_at
    FROM definite
    WHERE before IS DISTINCT FROM state
    GROUP BY arxiv_id, kind, subject
)
SELECT said.arxiv_id, said.kind, said.subject, said.state, said.detail, said.source,
       coalesce(said.asked_at, said.tried_at), turned.since, turned.turned_at
FROM enrichments AS said
LEFT JOIN turned USING (arxiv_id, kind, subject)
WHERE said.arxiv_id IN (FROM listed($ids))
ORDER BY said.arxiv_id, said.kind, said.subject
"""
#: a state is news in the week of the first answer that gave it
_FIRST = """
SELECT arxiv_id, kind, subject, $state,
       arg_min(detail, seq) FILTER (state = $state), arg_min(source, seq) FILTER (state = $state),
       min(asked_at) FILTER (state = $state) AS first_at
FROM enrichment
WHERE kind = $kind
GROUP BY arxiv_id, kind, subject
HAVING first_at >= $start AND first_at < $end
   AND ($after IS NULL
        OR min(seq) FILTER (state = $after) < min(seq) FILTER (state = $state))
ORDER BY arxiv_id, subject
"""
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fact:
    """One answer of a service about a paper."""

    arxiv_id: str
    kind: str
    #: the DOI or address asked about; empty: the paper itself
    subject: str
    state: str
    detail: Mapping[str, Any]
    source: str


@dataclass(frozen=True, slots=True)
class DatedFact:
    """A stored answer and when it came."""

    fact: Fact
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """The last definite answer, or the last try if there was none."""

    fact: Fact
    asked_at: datetime
    #: when the answer was first given; None: there was none
    since: datetime | None
    #: when an earlier answer became this one; None: it is the first
    turned_at: datetime | None


class Enrichment:
    """The table `enrichment`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, facts: Sequence[Fact], asked_at: datetime, run_id: str | None) -> None:
        """Record answers."""
        rows = [
            {
                "place": place,
                "arxiv_id": fact.arxiv_id,
                "kind": fact.kind,
                "subject": fact.subject,
                "state": fact.state,
                "detail": json.dumps(fact.detail, ensure_ascii=False, sort_keys=True),
                "source": fact.source,
            }
            for place, fact in enumerate(facts)
        ]
        if rows:
            self._session.write(
                _ADD, {"rows": rows_json(rows), "asked_at": to_utc(asked_at), "run_id": run_id}
            )

    def due(self, kind: str, before: datetime) -> list[str]:
        """Return the approved papers not asked about since `before`, longest ago first."""
        rows = self._session.rows(_DUE, {"kind": kind, "before": to_utc(before)})
        return [row[0] for row in rows]

    def facts(
        self, kinds: Sequence[str], arxiv_ids: Sequence[str] | None = None
    ) -> list[DatedFact]:
        """Return the last definite answers; `arxiv_ids` None: of all papers."""
        ids = None if arxiv_ids is None else texts_json(arxiv_ids)
        return self._dated(_FACTS, {"kinds": texts_json(kinds), "ids": ids})

    def said(self, arxiv_ids: Sequence[str]) -> list[Said]:
        """Return what was last said of papers, also that there was no answer."""
        rows = self._session.rows(_SAID, {"ids": texts_json(arxiv_ids)})
        return [
            Said(
                Fact(arxiv_id, kind, subject, state, json.loads(detail), source),
                from_utc(asked_at),
                None if since is None else from_utc(since),
                None if turned_at is None else from_utc(turned_at),
            )
            for arxiv_id, kind, subject, state, detail, source, asked_at, since, turned_at in rows
        ]

    def first_between(
        self, kind: str, state: str, start: datetime, end: datetime, *, after: str | None = None
    ) -> list[DatedFact]:
        """Return the first answers with a state, where they came in [start, end).

        Args:
            kind: of the facts.
            state: which is news the first time.
            start: the first instant.
            end: the instant after the last.
            after: only where an earlier answer had this state, because the first answer of all
                says nothing of when it came to be.
        """
        return self._dated(
            _FIRST,
            {
                "kind": kind,
                "state": state,
                "start": to_utc(start),
                "end": to_utc(end),
                "after": after,
            },
        )

    def _dated(self, sql: str, parameters: Mapping[str, object]) -> list[DatedFact]:
        return [
            DatedFact(
                Fact(arxiv_id, kind, subject, state, json.loads(detail), source), from_utc(asked_at)
            )
            for arxiv_id, kind, subject, state, detail, source, asked_at in self._session.rows(
                sql, parameters
            )
        ]
