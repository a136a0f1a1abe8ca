"""Find papers that a person decided long ago, to show them again."""

from dataclasses import dataclass
from datetime import date, datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.session import Session

# Read one by one, alone and on the present text, with a prediction from before the verdict; not a
# third word, which was given knowing two others, and not repeated before.
_CANDIDATES = """
WITH own AS (
    SELECT decision_id, arxiv_id, decided_at, content_hash
    FROM decisions
    WHERE standing AND reviewer = $reviewer AND verdict <> 'deferred' AND NOT unplaced
      AND batch_id IS NULL AND decided_at <= CAST($until AS TIMESTAMP){only}
      AND decision_id NOT IN (
          SELECT decision_id FROM opinion_event WHERE kind = 'third' OR event = 'release')
      AND arxiv_id NOT IN (
          SELECT arxiv_id FROM opinions
          WHERE kind = 'repeat' AND reviewer = $reviewer AND undone_at IS NULL)
),
then_seen AS (
    SELECT own.decision_id, arg_max(prediction.in_scope, prediction.predicted_at) AS in_scope,
           arg_max(prediction.top_section, prediction.predicted_at) AS top_section
    FROM own
    JOIN prediction ON prediction.arxiv_id = own.arxiv_id
    WHERE prediction.predicted_at < own.decided_at
    GROUP BY own.decision_id
)
SELECT own.decision_id, own.arxiv_id, own.decided_at, then_seen.in_scope, then_seen.top_section,
       paper.title, paper.announced, paper.primary_category
FROM own
JOIN then_seen ON then_seen.decision_id = own.decision_id
JOIN (SELECT arxiv_id, content_hash, title, announced, primary_category
      FROM paper
      WHERE arxiv_id IN (SELECT arxiv_id FROM own)
        AND NOT withdrawn AND NOT coalesce(incomplete, false)) AS paper
  ON paper.arxiv_id = own.arxiv_id AND paper.content_hash = own.content_hash
ORDER BY md5(concat($salt, own.arxiv_id)), own.arxiv_id
LIMIT $most
"""
_LAST = """
SELECT opinion_id, given_at FROM opinions
WHERE kind = 'repeat' AND reviewer = $reviewer AND undone_at IS NULL
ORDER BY seq DESC LIMIT 1
"""
# Verdicts given one by one, and words that are not decisions of the same person too.
_READ = """
SELECT (SELECT count(*) FROM decision_event
        WHERE kind = 'decide' AND reviewer = $reviewer AND batch_id IS NULL
          AND happened_at > CAST($since AS TIMESTAMP))
     + (SELECT count(*) FROM opinion_event
        WHERE event = 'give' AND kind IN ('first', 'second') AND reviewer = $reviewer
          AND decision_id IS NULL AND batch_id IS NULL
          AND happened_at > CAST($since AS TIMESTAMP))
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper that may be repeated, as it was seen before its verdict."""

    decision_id: str
    arxiv_id: str
    decided_at: datetime
    in_scope: float
    top_section: str | None
    title: str
    announced: date | None
    primary_category: str


class Repeats:
    """What a person may be shown again."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def candidates(
        self, reviewer: str, *, until: datetime, salt: str, most: int, arxiv_id: str | None = None
    ) -> list[Candidate]:
        """Return papers that a person decided until then, in an order that the salt decides on.

        `arxiv_id` asks about one paper only.
        """
        asked: dict[str, object] = {
            "reviewer": reviewer,
            "until": to_utc(until),
            "salt": salt,
            "most": most,
        }
        only = ""
        if arxiv_id is not None:
            only = " AND arxiv_id = $arxiv_id"
            asked["arxiv_id"] = arxiv_id
        rows = self._session.rows(_CANDIDATES.format(only=only), asked)
        return [
            Candidate(decision_id, key, from_utc(decided_at), *rest)
            for decision_id, key, decided_at, *rest in rows
        ]

    def last_of(self, reviewer: str) -> tuple[str, datetime] | None:
        """Return ID and time of a person's last repeated word that was not taken back."""
        rows = self._session.rows(_LAST, {"reviewer": reviewer})
        return (rows[0][0], from_utc(rows[0][1])) if rows else None

    def read_since(self, reviewer: str, since: datetime) -> int:
        """Return how many papers a person read since then, without repeated ones."""
        return self._session.number(_READ, {"reviewer": reviewer, "since": to_utc(since)})
