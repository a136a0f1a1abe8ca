"""Find papers that a person decided long ago, to show them again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.engine.instants import from_utc, to_utc
from storage.engine.session import Session
from storage.queue_filter import QueueFilter, QueueRow
from storage.queue_orders import SHOWN, queue_row
from storage.queue_sql import Condition, condition_of, condition_of_text

#: announced as long before it was read, a paper was an older one among those of its day
OLDER = timedelta(weeks=4)

# Read one by one, alone and on the present text, with a prediction from before the verdict; not a
# third word, which was given knowing two others, not repeated before, and no precedent, which the
# page of the paper would name.
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
      AND arxiv_id NOT IN (SELECT arxiv_id FROM rulings WHERE stands)
),
then_seen AS (
    SELECT own.decision_id, arg_max(prediction.in_scope, prediction.predicted_at) AS in_scope,
           arg_max(prediction.top_section, prediction.predicted_at) AS top_section,
           arg_max(coalesce(prediction.open_facets, CAST([] AS VARCHAR[])),
                   prediction.predicted_at) AS open_facets
    FROM own
    JOIN prediction ON prediction.arxiv_id = own.arxiv_id
    WHERE prediction.predicted_at < own.decided_at
    GROUP BY own.decision_id
)
SELECT decision_id, decided_at, {shown}
FROM (
    SELECT own.decision_id, own.decided_at, own.arxiv_id, paper.title, then_seen.in_scope,
           then_seen.top_section, paper.announced, then_seen.open_facets, paper.primary_category,
           paper.categories
    FROM own
    JOIN then_seen ON then_seen.decision_id = own.decision_id
    JOIN (SELECT arxiv_id, content_hash, title, announced, primary_category, categories
          FROM paper
          WHERE arxiv_id IN (SELECT arxiv_id FROM own)
            AND NOT withdrawn AND NOT coalesce(incomplete, false) AND {text}) AS paper
      ON paper.arxiv_id = own.arxiv_id AND paper.content_hash = own.content_hash
)
WHERE {listed}
ORDER BY md5(concat($salt, arxiv_id)), arxiv_id
LIMIT $most
"""
_GIVEN = """
SELECT count(*), max(given_at) FROM opinions
WHERE kind = 'repeat' AND reviewer = $reviewer AND undone_at IS NULL
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
# What a person read one by one, repeats included, and the last of it that was old when it was read.
_LAST_OLDER = """
SELECT read.arxiv_id, read.happened_at
FROM (SELECT arxiv_id, happened_at FROM decision_event
      WHERE kind = 'decide' AND reviewer = $reviewer AND batch_id IS NULL
      UNION ALL
      SELECT arxiv_id, happened_at FROM opinion_event
      WHERE event = 'give' AND kind <> 'third' AND reviewer = $reviewer AND batch_id IS NULL
     ) AS read
JOIN (SELECT arxiv_id, announced FROM paper) AS paper ON paper.arxiv_id = read.arxiv_id
WHERE CAST(read.happened_at AS DATE) - paper.announced >= $days
ORDER BY read.happened_at DESC, read.arxiv_id
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper that may be repeated; the row shows it as it was seen before its verdict."""

    decision_id: str
    decided_at: datetime
    row: QueueRow

    @property
    def arxiv_id(self) -> str:
        """The paper."""
        return self.row.arxiv_id


class Repeats:
    """What a person may be shown again."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def candidates(
        self,
        reviewer: str,
        *,
        until: datetime,
        salt: str,
        most: int,
        wanted: QueueFilter | None = None,
        arxiv_id: str | None = None,
    ) -> list[Candidate]:
        """Return papers that a person decided until then, in an order that the salt decides on.

        Args:
            reviewer: who decided them.
            until: the last instant of those decisions.
            salt: decides on the order.
            most: candidates to return.
            wanted: they fulfil its conditions, without those on days; None: any.
            arxiv_id: asks about one paper only.
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
        listed, text = _conditions(wanted)
        sql = _CANDIDATES.format(only=only, listed=listed.sql, text=text.sql, shown=SHOWN)
        rows = self._session.rows(sql, {**asked, **listed.parameters, **text.parameters})
        return [
            Candidate(decision_id, from_utc(decided_at), queue_row(tuple(shown)))
            for decision_id, decided_at, *shown in rows
        ]

    def given(self, reviewer: str) -> tuple[int, datetime | None]:
        """Return how many repeated words of a person stand, and when the last was given."""
        [(count, last)] = self._session.rows(_GIVEN, {"reviewer": reviewer})
        return count, from_utc(last)

    def last_older(self, reviewer: str) -> tuple[str, datetime] | None:
        """Return the last paper that was old when this person read it, and when that was."""
        rows = self._session.rows(_LAST_OLDER, {"reviewer": reviewer, "days": OLDER.days})
        return (rows[0][0], from_utc(rows[0][1])) if rows else None

    def read_since(self, reviewer: str, since: datetime) -> int:
        """Return how many papers a person read since then, without repeated ones."""
        return self._session.number(_READ, {"reviewer": reviewer, "since": to_utc(since)})


def _conditions(wanted: QueueFilter | None) -> tuple[Condition, Condition]:
    """Return the conditions on the row that is shown, and those on the paper's text."""
    if wanted is None or wanted.ids is not None:
        return Condition("true", {}), Condition("true", {})
    shown = QueueFilter(
        section=wanted.section,
        category=wanted.category,
        at_least=wanted.at_least,
        below=wanted.below,
        question=wanted.question,
        share=wanted.share,
    )
    text = condition_of_text(wanted.search, wanted.author)
    return condition_of(shown, hidden_after=None), text
