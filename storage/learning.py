"""Read what a model can learn: counts of decisions, and the decisions made after an event."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from storage.decision_reads import training_examples
from storage.engine.instants import to_utc
from storage.engine.session import Session
from storage.types import TrainingExample

# Counted without the view and without its window over all events, which take longer.
_TALLY = """
SELECT count(*) FILTER (
           last.verdict = 'rejected' AND NOT last.by_rule
           AND NOT coalesce(list_contains(CAST($in_scope AS VARCHAR[]), last.reason), false)
       ),
       count(*) FILTER (last.verdict IN ('approved', 'rejected') AND NOT last.by_rule
                        AND last.happened_at > $since)
FROM (
    SELECT arg_max(
        struct_pack(verdict := verdict, reason := reason, happened_at := happened_at,
                    by_rule := starts_with(reviewer, 'rule:')),
        (happened_at, seq)) AS last
    FROM decision_event
    WHERE kind = 'decide'
      AND decision_id NOT IN (SELECT decision_id FROM decision_event WHERE kind = 'undo')
    GROUP BY arxiv_id
)
"""


@dataclass(frozen=True, slots=True)
class DecisionTally:
    """Standing decisions, counted."""

    #: rejections that teach what is out of scope
    rejections: int
    #: approvals and rejections after a moment
    since: int


class Learning:
    """Reads `decision_event` for models and explanations."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def tally(self, since: datetime, in_scope_reasons: Collection[str] = ()) -> DecisionTally:
        """Count the standing decisions.

        Args:
            since: decisions after it are counted apart.
            in_scope_reasons: codes of the reasons of rejections that train as in scope.
        """
        row = self._session.row(
            _TALLY, {"since": to_utc(since), "in_scope": list(in_scope_reasons)}
        )
        assert row is not None
        return DecisionTally(*row)

    def decided(self, arxiv_ids: Collection[str]) -> list[TrainingExample]:
        """Return the standing approvals and rejections among some papers, with their texts."""
        return training_examples(self._session, arxiv_ids)
