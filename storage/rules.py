"""Store what rules that decide without a person may decide, did, and how it was checked."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from storage.decision_rows import COLUMNS, decision_of
from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import rows_json, texts_json
from storage.engine.session import Row, Session
from storage.rule_types import Candidate, Pair, RuleAct, RuleDraw, RuleEvent, RuleReplay
from storage.types import RULE_PREFIX, Decision

_EVENT = """
INSERT INTO rule_event
SELECT (SELECT coalesce(max(seq), 0) + 1 FROM rule_event), $rule, $kind, $fingerprint, $person,
       CAST($happened_at AS TIMESTAMP), $detail
"""
_EVENTS = """
SELECT rule, kind, fingerprint, person, happened_at, detail FROM rule_event ORDER BY seq
"""
_REPLAY = """
INSERT INTO rule_replay
SELECT (SELECT coalesce(max(seq), 0) + 1 FROM rule_replay), $rule, $fingerprint, $decided,
       $approved, $missing, $acted, from_json($wrong, '["VARCHAR"]'), $low, $high, $pairs, $person,
       CAST($happened_at AS TIMESTAMP)
"""
_REPLAYS = """
SELECT rule, fingerprint, decided, approved, missing, acted, wrong, low, high, pairs, person,
       happened_at
FROM rule_replay
WHERE fingerprint = $fingerprint AND rule = $rule
ORDER BY seq DESC
LIMIT 1
"""
# Never a paper on which a person acted, which a person added or suggested, or which somebody wants
# in a digest. Ids first, because texts of millions of papers are read by their rows only.
_CANDIDATES = """
SELECT arxiv_id FROM waiting
WHERE in_scope < $below AND waits_from <= $today
  AND NOT list_contains(from_json($inside, '["VARCHAR"]'), primary_category)
  AND arxiv_id NOT IN (SELECT arxiv_id FROM decision_event WHERE NOT starts_with(reviewer, 'rule:'))
  AND arxiv_id NOT IN (SELECT arxiv_id FROM highlight_event)
  AND arxiv_id NOT IN (SELECT arxiv_id FROM opinion_event)
  AND arxiv_id NOT IN (SELECT arxiv_id FROM suggestion)
  AND arxiv_id NOT IN (SELECT arxiv_id FROM decisions WHERE standing)
ORDER BY announced DESC, arxiv_id
LIMIT $limit OFFSET $offset
"""
_TEXTS = """
SELECT paper.arxiv_id, paper.content_hash, paper.title, paper.abstract, paper.categories,
       paper.primary_category, predicted.in_scope, predicted.model_id,
       predicted.content_hash = paper.content_hash
FROM (SELECT arxiv_id, content_hash, title, abstract, categories, primary_category, announced
      FROM paper
      WHERE rowid IN (SELECT rowid FROM paper WHERE arxiv_id IN (FROM listed($ids)))
        AND (source <> 'query' OR arxiv_id IN (SELECT arxiv_id FROM announcement))) AS paper
JOIN (SELECT arxiv_id, in_scope, model_id, content_hash FROM prediction
      WHERE newest AND arxiv_id IN (FROM listed($ids))) AS predicted
  ON predicted.arxiv_id = paper.arxiv_id
ORDER BY paper.announced DESC, paper.arxiv_id
"""
_OF_RULES = f"""
SELECT {COLUMNS} FROM decisions WHERE rule IS NOT NULL AND {{condition}}
ORDER BY seq
"""  # noqa: S608  made of constants
# The paper has another text or version than the one that the rule decided on.
_CHANGED = """
SELECT decided.decision_id
FROM (SELECT decision_id, arxiv_id, content_hash FROM decisions
      WHERE standing AND rule IS NOT NULL) AS decided
JOIN decision_event AS made ON made.decision_id = decided.decision_id AND made.kind = 'decide'
JOIN paper ON paper.arxiv_id = decided.arxiv_id
WHERE paper.content_hash <> decided.content_hash OR paper.version > made.record.version
"""
_DRAWN_WEEKS = "SELECT DISTINCT week FROM rule_draw WHERE rule = $rule"
_DRAW = """
INSERT INTO rule_draw
SELECT (SELECT coalesce(max(seq), 0) FROM rule_draw) + row_number() OVER (ORDER BY number), rule,
       week, arxiv_id, decision_id, drawn_at
FROM (SELECT unnest(from_json($rows, '[{
          "number": "INTEGER", "rule": "VARCHAR", "week": "VARCHAR", "arxiv_id": "VARCHAR",
          "decision_id": "VARCHAR", "drawn_at": "TIMESTAMP"}]'), recursive := true))
"""
_SAMPLE = """
SELECT rule, week, arxiv_id, decision_id, drawn_at, outcome FROM rule_sample
WHERE $rule = '' OR rule = $rule
ORDER BY week, rule, arxiv_id
"""


class Rules:
    """The tables `rule_event`, `rule_replay` and `rule_draw`, and decisions by rules."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(self, event: RuleEvent) -> None:
        """Record an act on a rule."""
        row = {**asdict(event), "kind": event.kind.value, "happened_at": to_utc(event.happened_at)}
        self._session.write(_EVENT, row)

    def events(self) -> dict[str, tuple[RuleEvent, ...]]:
        """Return all acts by rule, the earliest first."""
        found: dict[str, tuple[RuleEvent, ...]] = {}
        for rule, kind, fingerprint, person, at, detail in self._session.rows(_EVENTS):
            event = RuleEvent(rule, RuleAct(kind), fingerprint, person, from_utc(at), detail)
            found[rule] = (*found.get(rule, ()), event)
        return found

    def add_replay(self, replay: RuleReplay) -> None:
        """Record a replay."""
        self._session.write(
            _REPLAY,
            {
                **asdict(replay),
                "wrong": json.dumps(replay.wrong),
                "pairs": json.dumps([asdict(pair) for pair in replay.pairs]),
                "happened_at": to_utc(replay.happened_at),
            },
        )

    def replay(self, rule: str, fingerprint: str) -> RuleReplay | None:
        """Return the last replay of a rule as it is now, or None."""
        row = self._session.row(_REPLAYS, {"rule": rule, "fingerprint": fingerprint})
        return _replay(row) if row else None

    def candidates(
        self, *, below: float, inside: Sequence[str], today: date, limit: int, offset: int = 0
    ) -> tuple[str, ...]:
        """Return waiting papers that no person acted on, newest announced first.

        Args:
            below: their probability of the scope is below this.
            inside: categories that their primary category is none of.
            today: the announcement day.
            limit: how many at most.
            offset: how many to skip.
        """
        asked = {
            "below": below,
            "inside": json.dumps(list(inside)),
            "today": today,
            "limit": limit,
            "offset": offset,
        }
        return tuple(row[0] for row in self._session.rows(_CANDIDATES, asked))

    def texts(self, arxiv_ids: Sequence[str]) -> list[Candidate]:
        """Return what signals need of papers, without those that only a person added."""
        rows = self._session.rows(_TEXTS, {"ids": texts_json(arxiv_ids)})
        return [
            Candidate(key, hash_, title, abstract, tuple(categories), *rest)
            for key, hash_, title, abstract, categories, *rest in rows
        ]

    def standing(self, rule: str | None = None) -> list[Decision]:
        """Return the standing decisions of a rule, or of all rules, in their order."""
        condition = "standing" if rule is None else "standing AND reviewer = $by"
        asked = {} if rule is None else {"by": f"{RULE_PREFIX}{rule}"}
        rows = self._session.rows(_OF_RULES.format(condition=condition), asked)
        return [decision_of(row) for row in rows]

    def made(self) -> list[Decision]:
        """Return decisions of rules not taken back, also where a person decided since."""
        return [
            decision_of(row)
            for row in self._session.rows(_OF_RULES.format(condition="undone_at IS NULL"))
        ]

    def changed(self) -> list[str]:
        """Return standing decisions of rules on papers that have another text or version now."""
        return [row[0] for row in self._session.rows(_CHANGED)]

    def drawn_weeks(self, rule: str) -> frozenset[str]:
        """Return the weeks of a rule that were drawn from."""
        return frozenset(row[0] for row in self._session.rows(_DRAWN_WEEKS, {"rule": rule}))

    def draw(self, draws: Sequence[RuleDraw]) -> None:
        """Record which decisions a person shall read."""
        if draws:
            rows = [
                {
                    "number": number,
                    "rule": one.rule,
                    "week": one.week,
                    "arxiv_id": one.arxiv_id,
                    "decision_id": one.decision_id,
                    "drawn_at": to_utc(one.drawn_at),
                }
                for number, one in enumerate(draws)
            ]
            self._session.write(_DRAW, {"rows": rows_json(rows)})

    def sample(self, rule: str = "") -> list[RuleDraw]:
        """Return what was drawn, of one rule or of all, with what people said."""
        return [
            RuleDraw(name, week, key, decision_id, from_utc(at), outcome)
            for name, week, key, decision_id, at, outcome in self._session.rows(
                _SAMPLE, {"rule": rule}
            )
        ]


def _replay(row: Row) -> RuleReplay:
    (rule, fingerprint, decided, approved, missing, acted, wrong, low, high, pairs, person,
     happened_at) = row  # fmt: skip
    return RuleReplay(
        rule=rule,
        fingerprint=fingerprint,
        decided=decided,
        approved=approved,
        missing=missing,
        acted=acted,
        wrong=tuple(wrong),
        low=low,
        high=high,
        pairs=tuple(Pair(**pair) for pair in json.loads(pairs)),
        person=person,
        happened_at=from_utc(happened_at),
    )
