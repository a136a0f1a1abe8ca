"""Store taxonomy changes and the sections they give to earlier decisions."""

from collections.abc import Iterable
from datetime import datetime

from storage.assignments import move_assignments
from storage.engine.instants import to_utc
from storage.engine.parameters import rows_json, texts_json
from storage.engine.session import Session
from storage.rulings import move_rulings
from storage.section_moves import read_changes, targets
from storage.subscriber_moves import move_choices
from storage.taxonomy_types import NewTaxonomyChange, PlacedDecision, TaxonomyChange
from storage.types import Verdict
from storage.waiting import rebuild

_AFFECTED = """
SELECT decisions.decision_id, decisions.arxiv_id, decisions.verdict, decisions.sections,
       decisions.standing, decisions.unplaced, kept.title, kept.abstract
FROM decisions
JOIN decided_text AS kept
  ON kept.arxiv_id = decisions.arxiv_id AND kept.content_hash = decisions.content_hash
WHERE list_has_any(decisions.sections, CAST(from_json($sections, '["VARCHAR"]') AS VARCHAR[]))
ORDER BY decisions.seq
"""
_PLACED = """
SELECT section, count(*)
FROM (SELECT unnest(sections) AS section FROM decisions WHERE standing AND verdict = 'approved')
GROUP BY section
ORDER BY section
"""
_KEEP_TEXT = """
INSERT INTO taxonomy_text
SELECT $fingerprint, $content
WHERE $fingerprint NOT IN (SELECT fingerprint FROM taxonomy_text)
"""
_CHANGE = """
INSERT INTO taxonomy_change
SELECT coalesce((SELECT max(seq) FROM taxonomy_change), 0) + 1, $change_id, $from_fingerprint,
       $to_fingerprint, $applied_at, $applied_by,
       coalesce((SELECT list(DISTINCT model_id ORDER BY model_id) FROM prediction), [])
"""
_MOVES = """
INSERT INTO section_move
SELECT $change_id, incoming.kind, incoming.old, incoming.new
FROM (SELECT unnest(from_json($moves, '[{"kind": "VARCHAR", "old": "VARCHAR",
                                         "new": ["VARCHAR"]}]'), recursive := true)) AS incoming
"""
_PLACEMENTS = """
INSERT INTO placement
SELECT (SELECT max(seq) FROM taxonomy_change), incoming.decision_id, incoming.sections,
       incoming.unplaced,
       CAST($applied_at AS TIMESTAMP)
FROM (SELECT unnest(from_json($placements, '[{
          "decision_id": "VARCHAR", "sections": ["VARCHAR"], "unplaced": "BOOLEAN"}]'),
                    recursive := true)) AS incoming
"""
# `top_section` is stored so that the queue is a plain filter; `sections` keeps the model's IDs.
_FIRST_SECTIONS = """
UPDATE prediction
SET top_section = list_filter(
        list_transform(sections, lambda s:
            CASE WHEN list_contains($gone, s.section) THEN NULL
                 ELSE coalesce(CAST($moved AS MAP(VARCHAR, VARCHAR))[s.section], s.section) END),
        lambda section: section IS NOT NULL)[1]
WHERE list_contains($gone, top_section)
   OR map_contains(CAST($moved AS MAP(VARCHAR, VARCHAR)), top_section)
"""
_IN_FORCE = """
SELECT content
FROM taxonomy_change AS change
JOIN taxonomy_text AS text ON text.fingerprint = change.from_fingerprint
WHERE change.applied_at >= $moment
ORDER BY change.seq
LIMIT 1
"""
_TEXT = "SELECT content FROM taxonomy_text WHERE fingerprint = $fingerprint"


class TaxonomyChanges:
    """The tables `taxonomy_change`, `section_move`, `placement` and `taxonomy_text`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def changes(self) -> tuple[TaxonomyChange, ...]:
        """Return all changes, oldest first."""
        return read_changes(self._session)

    def placed(self) -> dict[str, int]:
        """Return the approved papers by current section."""
        return dict(self._session.rows(_PLACED))

    def unplaced(self) -> int:
        """Return the number of approved papers that need a section."""
        return self._session.number("SELECT count(*) FROM decisions WHERE standing AND unplaced")

    def affected(self, sections: Iterable[str]) -> list[PlacedDecision]:
        """Return every decision in the sections, because an undo can restore any."""
        return [
            PlacedDecision(id_, arxiv_id, Verdict(verdict), tuple(named), *rest)
            for id_, arxiv_id, verdict, named, *rest in self._session.rows(
                _AFFECTED, {"sections": texts_json(sections)}
            )
        ]

    def record(self, change: NewTaxonomyChange) -> None:
        """Store a change with its placements; move waiting papers and what subscribers chose."""
        applied_at = to_utc(change.applied_at)
        with self._session.transaction():
            for fingerprint, content in (
                (change.from_fingerprint, change.from_text),
                (change.to_fingerprint, change.to_text),
            ):
                self._session.write(_KEEP_TEXT, {"fingerprint": fingerprint, "content": content})
            self._session.write(
                _CHANGE,
                {
                    "change_id": change.change_id,
                    "from_fingerprint": change.from_fingerprint,
                    "to_fingerprint": change.to_fingerprint,
                    "applied_at": applied_at,
                    "applied_by": change.applied_by,
                },
            )
            moves = rows_json(
                {"kind": move.kind.value, "old": move.old, "new": move.new} for move in change.moves
            )
            self._session.write(_MOVES, {"change_id": change.change_id, "moves": moves})
            placements = rows_json(
                {"decision_id": p.decision_id, "sections": p.sections, "unplaced": p.unplaced}
                for p in change.placements
            )
            self._session.write(_PLACEMENTS, {"placements": placements, "applied_at": applied_at})
            self._move_first_sections(change)
            if mapped := targets(change.moves):
                person, now = change.applied_by, change.applied_at
                move_choices(self._session, mapped, person=person, now=now)
                move_rulings(self._session, mapped, person=person, now=now)
                move_assignments(self._session, mapped, person=person, now=now)
            rebuild(self._session)

    def in_force_at(self, moment: datetime) -> str | None:
        """Return the TOML in force at a moment, or None for the current one."""
        row = self._session.row(_IN_FORCE, {"moment": to_utc(moment)})
        return None if row is None else str(row[0])

    def text(self, fingerprint: str) -> str | None:
        """Return the TOML of a taxonomy that was part of a change."""
        row = self._session.row(_TEXT, {"fingerprint": fingerprint})
        return None if row is None else str(row[0])

    def _move_first_sections(self, change: NewTaxonomyChange) -> None:
        mapped = targets(change.moves)
        moved = {old: new[0] for old, new in mapped.items() if len(new) == 1}
        gone = [old for old, new in mapped.items() if len(new) != 1]
        if mapped:
            self._session.write(_FIRST_SECTIONS, {"moved": moved, "gone": gone})
