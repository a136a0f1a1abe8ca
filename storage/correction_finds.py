"""Find decided papers whose record changed at arXiv, and keep them as cases.

Rows of `correction_case` follow from decisions, resolutions and papers: finding them again gives
the same. They are kept because comparing texts on every page would take too long.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from storage.correction_kinds import KINDS, RecordState, changed_kinds
from storage.correction_types import ComparedRecords, CorrectionCase
from storage.engine.instants import to_utc
from storage.engine.parameters import about, rows_json, texts_json
from storage.engine.session import Row, Session
from storage.types import Verdict

# The paper's fields are packed in the order of `decision_event.record`.
_PRESENT = """
struct_pack(version := paper.version, source := paper.source, categories := paper.categories,
            journal_ref := paper.journal_ref, doi := paper.doi, withdrawn := paper.withdrawn)
"""
_ONLY = "AND arxiv_id IN (FROM listed($ids))"
_COMPARED = """
WITH standing AS (
    SELECT decision_id, arxiv_id, verdict FROM decisions
    WHERE standing AND rule IS NULL AND verdict IN ('approved', 'rejected') {only}
),
resolved AS (
    SELECT decision_id, max(resolution_id) AS base FROM corrections
    WHERE undone_by IS NULL
    GROUP BY decision_id
),
compared AS (
    SELECT standing.arxiv_id, standing.decision_id, standing.verdict,
           coalesce(resolved.base, 0) AS base,
           coalesce(read.content_hash, made.content_hash) AS content_hash,
           coalesce(read.record, made.record) AS record
    FROM standing
    JOIN decision_event AS made
      ON made.kind = 'decide' AND made.decision_id = standing.decision_id
    LEFT JOIN resolved ON resolved.decision_id = standing.decision_id
    LEFT JOIN correction_event AS read ON read.kind = 'resolve' AND read.seq = resolved.base
),
present AS (
    SELECT compared.*, {present} AS present, paper.content_hash AS present_hash,
           record_key_of(paper.content_hash, {present}) AS record_key
    FROM compared
    JOIN paper ON paper.arxiv_id = compared.arxiv_id
),
"""
_DIFFERING = """
{compared}
found AS (
    SELECT present.*, known.record_key IS NOT NULL AS is_known,
           coalesce(known.record_key = present.record_key AND known.base = present.base
                    AND known.decision_id = present.decision_id, false) AS is_same,
           present.present_hash <> present.content_hash OR present.present <> present.record
               AS differs
    FROM present
    LEFT JOIN correction_case AS known ON known.arxiv_id = present.arxiv_id
)
SELECT arxiv_id, differs FROM found
WHERE (differs AND NOT is_same AND {wanted}) OR (is_known AND NOT differs)
ORDER BY arxiv_id
"""
_OPEN_TO_ALL = (
    """(verdict = 'approved' OR is_known OR (record.withdrawn AND NOT present.withdrawn))"""
)
_NEWER_REJECTED = """(verdict = 'rejected' AND present.version > record.version
                      AND NOT present.withdrawn AND present_hash <> content_hash)"""
_STATES = """
{compared}
texts AS (
    SELECT arxiv_id, title, abstract, authors, comment, content_hash
    FROM paper
    WHERE rowid IN (SELECT rowid FROM paper WHERE arxiv_id IN (FROM listed($ids)))
)
SELECT present.arxiv_id, present.decision_id, present.verdict, present.base, present.record_key,
       kept.title, kept.abstract, kept.authors, kept.comment, present.record,
       texts.title, texts.abstract, texts.authors, texts.comment, present.present
FROM present
JOIN texts ON texts.arxiv_id = present.arxiv_id
JOIN decided_text AS kept
  ON kept.arxiv_id = present.arxiv_id AND kept.content_hash = present.content_hash
ORDER BY present.arxiv_id
"""
_WITH_EVENTS = "SELECT DISTINCT arxiv_id FROM decision_event WHERE {only}"
_FORGET = "DELETE FROM correction_case WHERE arxiv_id IN (FROM listed($ids))"
_ADD = """
INSERT INTO correction_case
SELECT arxiv_id, decision_id, base, record_key, kinds, rank, score_before, score_now, model_id,
       CAST($now AS TIMESTAMP)
FROM (SELECT unnest(from_json($rows, '[{
          "arxiv_id": "VARCHAR", "decision_id": "VARCHAR", "base": "BIGINT",
          "record_key": "UBIGINT", "kinds": ["VARCHAR"], "rank": "INTEGER",
          "score_before": "DOUBLE", "score_now": "DOUBLE", "model_id": "VARCHAR"}]'),
          recursive := true))
"""
#: papers compared in one query, because their texts are read together
_AT_ONCE = 1_000


def find_corrections(session: Session, now: datetime, ids: Iterable[str] | None = None) -> int:
    """Find the cases of the given papers or of all, and return how many were looked at.

    Cases whose cause is gone are removed. Rejected papers are left to the classifier, except where
    arXiv restored one that was withdrawn.
    """
    if ids is not None:
        # most papers have no decision, and planning the comparison takes longer than asking
        sql, asked = about(_WITH_EVENTS, list(ids))
        ids = [row[0] for row in session.rows(sql, asked)]
        if not ids:
            return 0
    looked = 0
    rows = _differing(session, _OPEN_TO_ALL, ids)
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        differing = [arxiv_id for arxiv_id, differs in part if differs]
        cases = [_case_row(one) for one in compared_records(session, differing)]
        with session.transaction():
            session.write(_FORGET, {"ids": texts_json(arxiv_id for arxiv_id, _ in part)})
            _add(session, [row for row in cases if row], now)
        looked += len(part)
    return looked


def newer_rejected(session: Session, limit: int) -> list[str]:
    """Return the rejected papers with a newer version that was not scored yet."""
    return [arxiv_id for arxiv_id, differs in _differing(session, _NEWER_REJECTED) if differs][
        :limit
    ]


def add_scored(
    session: Session,
    scored: Sequence[tuple[ComparedRecords, CorrectionCase]],
    model_id: str,
    now: datetime,
) -> None:
    """Keep rejected papers that a model compared; a case without kinds does not return."""
    rows = [
        _row(one, case.kinds)
        | {
            "score_before": case.score_before,
            "score_now": case.score_now,
            "model_id": model_id,
        }
        for one, case in scored
    ]
    with session.transaction():
        session.write(_FORGET, {"ids": texts_json(one.arxiv_id for one, _ in scored)})
        _add(session, rows, now)


def compared_records(session: Session, ids: Sequence[str]) -> list[ComparedRecords]:
    """Return both records of decided papers, by ID."""
    if not ids:
        return []
    sql = _STATES.format(compared=_COMPARED.format(only=_ONLY, present=_PRESENT))
    return [_compared(row) for row in session.rows(sql, {"ids": texts_json(ids)})]


def _differing(session: Session, wanted: str, ids: Iterable[str] | None = None) -> list[Row]:
    compared = _COMPARED.format(only="" if ids is None else _ONLY, present=_PRESENT)
    sql = _DIFFERING.format(compared=compared, wanted=wanted)
    return session.rows(sql, None if ids is None else {"ids": texts_json(ids)})


def _case_row(one: ComparedRecords) -> dict[str, object] | None:
    """Return the row of a case that needs no model, or None."""
    kinds = changed_kinds(one.old, one.new)
    if one.verdict is Verdict.REJECTED and "restored" not in kinds:
        return None
    return _row(one, kinds)


def _row(one: ComparedRecords, kinds: tuple[str, ...]) -> dict[str, object]:
    return {
        "arxiv_id": one.arxiv_id,
        "decision_id": one.decision_id,
        "base": one.base,
        "record_key": one.record_key,
        "kinds": kinds,
        "rank": KINDS.index(kinds[0]) if kinds else len(KINDS),
    }


def _add(session: Session, rows: Sequence[dict[str, object]], now: datetime) -> None:
    if rows:
        session.write(_ADD, {"rows": rows_json(rows), "now": to_utc(now)})


def _compared(row: Row) -> ComparedRecords:
    arxiv_id, decision_id, verdict, base, record_key = row[:5]
    return ComparedRecords(
        arxiv_id,
        decision_id,
        Verdict(verdict),
        base,
        record_key,
        _state(row[5:10]),
        _state(row[10:]),
    )


def _state(row: Row) -> RecordState:
    title, abstract, authors, comment, record = row
    return RecordState(
        version=record["version"],
        source=record["source"],
        title=title,
        abstract=abstract,
        authors=tuple(authors),
        categories=tuple(record["categories"]),
        comment=comment,
        journal_ref=record["journal_ref"],
        doi=record["doi"],
        withdrawn=record["withdrawn"],
    )
