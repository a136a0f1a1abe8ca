"""Store probabilities of decided papers by models that did not see them, and what people said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import rows_json, texts_json
from storage.engine.session import Row, Session
from storage.types import SectionScore

_FORGET = "DELETE FROM cross_score"
_ADD = """
INSERT INTO cross_score
SELECT arxiv_id, decision_id, in_scope, sections, $taxonomy, CAST($scored_at AS TIMESTAMP)
FROM (SELECT unnest(from_json($rows, '[{
          "arxiv_id": "VARCHAR", "decision_id": "VARCHAR", "in_scope": "DOUBLE",
          "sections": [{"section": "VARCHAR", "probability": "DOUBLE"}]}]'), recursive := true))
"""
# Of decisions that stand as they were scored.
_SCORES = """
SELECT score.arxiv_id, score.decision_id, score.in_scope, score.sections, score.taxonomy,
       score.scored_at
FROM cross_score AS score
JOIN (SELECT decision_id FROM decisions WHERE standing) AS decided
  ON decided.decision_id = score.decision_id
ORDER BY score.arxiv_id
"""
_SCORED_AT = "SELECT max(scored_at) FROM cross_score"
# A confirmation holds for the text that was read.
_CONFIRMED = """
SELECT DISTINCT look.decision_id
FROM second_look_event AS look
JOIN paper ON paper.arxiv_id = look.arxiv_id AND paper.content_hash = look.content_hash
"""
_CONFIRM = """
INSERT INTO second_look_event
SELECT (SELECT coalesce(max(seq), 0) FROM second_look_event)
           + row_number() OVER (ORDER BY paper.arxiv_id),
       paper.arxiv_id, decided.decision_id, paper.content_hash, $person,
       CAST($happened_at AS TIMESTAMP)
FROM (SELECT arxiv_id, decision_id FROM decisions
      WHERE standing AND decision_id IN (FROM listed($ids))) AS decided
JOIN paper ON paper.arxiv_id = decided.arxiv_id
"""


@dataclass(frozen=True, slots=True)
class CrossScore:
    """A decided paper's probabilities by a model that did not learn from it."""

    arxiv_id: str
    decision_id: str
    in_scope: float
    #: best first
    sections: tuple[SectionScore, ...]
    #: fingerprint of the taxonomy
    taxonomy: str
    scored_at: datetime


class SecondLooks:
    """The tables `cross_score` and `second_look_event`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def replace_scores(
        self, scores: Sequence[CrossScore], *, taxonomy: str, scored_at: datetime
    ) -> None:
        """Replace all scores by those of another cross-fit."""
        rows = [
            {
                "arxiv_id": one.arxiv_id,
                "decision_id": one.decision_id,
                "in_scope": one.in_scope,
                "sections": [
                    {"section": each.section, "probability": each.probability}
                    for each in one.sections
                ],
            }
            for one in scores
        ]
        with self._session.transaction():
            self._session.write(_FORGET)
            self._session.write(
                _ADD,
                {"rows": rows_json(rows), "taxonomy": taxonomy, "scored_at": to_utc(scored_at)},
            )

    def scores(self) -> list[CrossScore]:
        """Return the scores of decisions that stand as they were scored, by paper."""
        return [_score(row) for row in self._session.rows(_SCORES)]

    def scored_at(self) -> datetime | None:
        """Return when the scores were made, or None."""
        row = self._session.row(_SCORED_AT)
        return from_utc(row[0]) if row and row[0] else None

    def confirmed(self) -> frozenset[str]:
        """Return the decisions that a person confirmed on the paper's present text."""
        return frozenset(row[0] for row in self._session.rows(_CONFIRMED))

    def confirm(self, decision_ids: Iterable[str], *, person: str, now: datetime) -> int:
        """Record that standing decisions stay; return how many."""
        return self._session.write(
            _CONFIRM,
            {"ids": texts_json(decision_ids), "person": person, "happened_at": to_utc(now)},
        )


def _score(row: Row) -> CrossScore:
    key, decision_id, in_scope, sections, taxonomy, scored_at = row
    return CrossScore(
        key,
        decision_id,
        in_scope,
        tuple(SectionScore(one["section"], one["probability"]) for one in sections),
        taxonomy,
        from_utc(scored_at),
    )
