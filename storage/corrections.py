"""Read and resolve cases: decided papers whose record changed at arXiv."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from storage.correction_finds import (
    add_scored,
    compared_records,
    find_corrections,
    newer_rejected,
)
from storage.correction_types import (
    ComparedRecords,
    CorrectionCase,
    NewResolution,
    RecordedResolution,
    Resolution,
)
from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import rows_json, texts_json
from storage.engine.session import Row, Session
from storage.types import Verdict

_OPEN = """
SELECT inbox.arxiv_id, inbox.verdict, inbox.decision_id, inbox.kinds, found.record_key,
       inbox.found_at, inbox.score_before, inbox.score_now
FROM inbox
JOIN correction_case AS found ON found.arxiv_id = inbox.arxiv_id
WHERE {condition}
ORDER BY inbox.rank, inbox.found_at, inbox.arxiv_id
LIMIT $limit OFFSET $offset
"""
_RESOLUTIONS = """
SELECT resolution_id, arxiv_id, decision_id, resolution, kinds, note, reviewer, resolved_at,
       undone_by, undone_at
FROM corrections
WHERE {condition}
"""
_RESOLVE = """
INSERT INTO correction_event
SELECT last.seq + row_number() OVER (ORDER BY incoming.number) AS seq, 'resolve',
       last.seq + row_number() OVER (ORDER BY incoming.number), incoming.arxiv_id,
       incoming.decision_id, incoming.resolution, incoming.kinds, incoming.note, incoming.reviewer,
       incoming.happened_at, paper.content_hash,
       struct_pack(version := paper.version, source := paper.source,
                   categories := paper.categories, journal_ref := paper.journal_ref,
                   doi := paper.doi, withdrawn := paper.withdrawn)
FROM (SELECT unnest(from_json($rows, '[{
          "number": "INTEGER", "arxiv_id": "VARCHAR", "decision_id": "VARCHAR",
          "resolution": "VARCHAR", "kinds": ["VARCHAR"], "note": "VARCHAR",
          "reviewer": "VARCHAR", "happened_at": "TIMESTAMP"}]'), recursive := true)) AS incoming
JOIN paper ON paper.arxiv_id = incoming.arxiv_id,
     (SELECT coalesce(max(seq), 0) AS seq FROM correction_event) AS last
"""
_UNDO = """
INSERT INTO correction_event
SELECT (SELECT max(seq) + 1 FROM correction_event), 'undo', resolves, arxiv_id, decision_id,
       resolution, kinds, NULL, $reviewer, CAST($now AS TIMESTAMP), content_hash, record
FROM correction_event
WHERE kind = 'resolve' AND seq = $resolution_id
"""
#: more than any list has
_ALL = 2**31


class Corrections:
    """The tables `correction_case` and `correction_event`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, now: datetime, ids: Iterable[str] | None = None) -> int:
        """Compare decided papers with arXiv's records; keep what differs as cases."""
        return find_corrections(self._session, now, ids)

    def open(
        self, *, limit: int = _ALL, offset: int = 0, kinds: Sequence[str] = ()
    ) -> list[CorrectionCase]:
        """Return open cases, the gravest first; with `kinds`, those with no other kind."""
        asked = {"limit": limit, "offset": offset}
        if not kinds:
            return self._open("true", **asked)
        return self._open(
            """list_has_all(from_json($kinds, '["VARCHAR"]'), inbox.kinds)""",
            kinds=texts_json(kinds),
            **asked,
        )

    def get(self, arxiv_id: str) -> CorrectionCase | None:
        """Return the open case of a paper, or None."""
        found = self._open("inbox.arxiv_id = $arxiv_id", arxiv_id=arxiv_id, limit=1, offset=0)
        return found[0] if found else None

    def count(self) -> int:
        """Return the number of open cases."""
        return self._session.number("SELECT count(*) FROM inbox")

    def counts(self) -> Mapping[str, int]:
        """Return the number of open cases by gravest kind."""
        return dict(
            self._session.rows(
                "SELECT kinds[1], count(*) FROM inbox GROUP BY kinds[1] ORDER BY any_value(rank)"
            )
        )

    def records(self, ids: Sequence[str]) -> dict[str, ComparedRecords]:
        """Return what was decided on and what arXiv has now, by paper."""
        return {one.arxiv_id: one for one in compared_records(self._session, ids)}

    def newer_rejected(self, limit: int) -> list[ComparedRecords]:
        """Return rejected papers with a newer text that no model has compared."""
        return compared_records(self._session, newer_rejected(self._session, limit))

    def add_scored(
        self,
        scored: Sequence[tuple[ComparedRecords, CorrectionCase]],
        *,
        model_id: str,
        now: datetime,
    ) -> None:
        """Keep what a model made of rejected papers; a case without kinds does not return."""
        add_scored(self._session, scored, model_id, now)

    def resolve(self, resolutions: Sequence[NewResolution]) -> None:
        """Record resolutions; the papers' texts must be kept before (`Decisions.keep_texts`)."""
        rows = (
            {
                "number": number,
                "arxiv_id": one.arxiv_id,
                "decision_id": one.decision_id,
                "resolution": one.resolution.value,
                "kinds": one.kinds,
                "note": one.note,
                "reviewer": one.reviewer,
                "happened_at": to_utc(one.resolved_at),
            }
            for number, one in enumerate(resolutions)
        )
        if resolutions:
            self._session.write(_RESOLVE, {"rows": rows_json(rows)})

    def undo(self, resolution_id: int, *, reviewer: str, now: datetime) -> None:
        """Record that a resolution no longer holds; find the case again after that."""
        self._session.write(
            _UNDO,
            {"resolution_id": resolution_id, "reviewer": reviewer, "now": to_utc(now)},
        )

    def resolution(self, resolution_id: int) -> RecordedResolution | None:
        """Return one resolution, or None."""
        found = self._resolutions("resolution_id = $id", id=resolution_id)
        return found[0] if found else None

    def resolutions_of(self, arxiv_id: str) -> list[RecordedResolution]:
        """Return the resolutions of a paper's cases, newest first."""
        return self._resolutions(
            "arxiv_id = $arxiv_id ORDER BY resolution_id DESC", arxiv_id=arxiv_id
        )

    def last_of(self, reviewer: str) -> RecordedResolution | None:
        """Return a reviewer's last resolution that holds, or None."""
        found = self._resolutions(
            "reviewer = $reviewer AND undone_by IS NULL ORDER BY resolution_id DESC LIMIT 1",
            reviewer=reviewer,
        )
        return found[0] if found else None

    def _open(self, condition: str, **parameters: object) -> list[CorrectionCase]:
        rows = self._session.rows(_OPEN.format(condition=condition), parameters)
        return [
            CorrectionCase(
                arxiv_id=arxiv_id,
                verdict=Verdict(verdict),
                decision_id=decision_id,
                kinds=tuple(kinds),
                record_key=record_key,
                found_at=from_utc(found_at),
                score_before=before,
                score_now=now,
            )
            for arxiv_id, verdict, decision_id, kinds, record_key, found_at, before, now in rows
        ]

    def _resolutions(self, condition: str, **parameters: object) -> list[RecordedResolution]:
        rows: Sequence[Row] = self._session.rows(
            _RESOLUTIONS.format(condition=condition), parameters
        )
        return [
            RecordedResolution(
                resolution_id=row[0],
                arxiv_id=row[1],
                decision_id=row[2],
                resolution=Resolution(row[3]),
                kinds=tuple(row[4]),
                note=row[5],
                reviewer=row[6],
                resolved_at=from_utc(row[7]),
                undone_by=row[8],
                undone_at=from_utc(row[9]),
            )
            for row in rows
        ]
