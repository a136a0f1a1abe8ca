"""Count what arrived, what was decided and what waits, by day and probability.

A decided paper counts with the last prediction made before its first verdict, because later models
learned from that verdict.
"""

from dataclasses import dataclass
from datetime import date, datetime

from storage.engine.instants import to_utc
from storage.engine.session import Session
from storage.types import LIST_REVIEWER, RULE_PREFIX, Verdict

# A little is added before it is cut, because 0.29 * 100 is below 29.
_PERCENT = "CAST(floor({0} * 100 + 5e-10) AS INTEGER)"
_SEEN = """
WITH first_verdict AS (
    SELECT arxiv_id, min(happened_at) AS happened_at
    FROM decision_event
    WHERE kind = 'decide' AND verdict <> 'deferred' AND NOT starts_with(reviewer, 'rule:')
    GROUP BY arxiv_id
),
seen AS (
    SELECT prediction.arxiv_id, arg_max(prediction.in_scope, prediction.predicted_at) AS in_scope
    FROM prediction
    JOIN first_verdict ON first_verdict.arxiv_id = prediction.arxiv_id
    WHERE prediction.predicted_at < first_verdict.happened_at
    GROUP BY prediction.arxiv_id
),
standing AS (
    SELECT arxiv_id, verdict, reviewer, decided_at FROM decisions WHERE standing AND NOT unplaced
)
"""
_ARRIVED = f"""
{_SEEN},
arrived AS (
    SELECT paper.announced AS day,
           CASE WHEN first_verdict.arxiv_id IS NULL THEN prediction.in_scope
                ELSE seen.in_scope END AS in_scope
    FROM prediction
    JOIN paper ON paper.arxiv_id = prediction.arxiv_id
    LEFT JOIN first_verdict ON first_verdict.arxiv_id = prediction.arxiv_id
    LEFT JOIN seen ON seen.arxiv_id = prediction.arxiv_id
    LEFT JOIN standing ON standing.arxiv_id = prediction.arxiv_id
    WHERE prediction.newest
      AND paper.announced BETWEEN CAST($since AS DATE) AND CAST($until AS DATE)
      AND coalesce(standing.reviewer <> $listed_by, NOT paper.withdrawn)
)
SELECT day, {_PERCENT.format("in_scope")}, count(*)
FROM arrived
GROUP BY ALL
ORDER BY ALL
"""  # noqa: S608  made of constants
_DECIDED = f"""
{_SEEN}
SELECT CAST(standing.decided_at AS DATE), standing.verdict, {_PERCENT.format("seen.in_scope")},
       count(*)
FROM standing
LEFT JOIN seen ON seen.arxiv_id = standing.arxiv_id
WHERE standing.verdict <> 'deferred' AND standing.reviewer <> $listed_by
  AND NOT starts_with(standing.reviewer, 'rule:')
GROUP BY ALL
ORDER BY ALL
"""  # noqa: S608  made of constants
_WAITING = f"""
SELECT {_PERCENT.format("in_scope")} AS percent, count(*)
FROM queue
GROUP BY percent
ORDER BY percent
"""  # noqa: S608  made of constants
_OLDEST = """
SELECT arxiv_id, announced
FROM queue
WHERE in_scope >= $at_least AND announced IS NOT NULL
ORDER BY announced, arxiv_id
LIMIT 1
"""
# Decisions of one act have no time of their own, but the next one begins with it.
_GAPS = """
SELECT date_diff('microsecond', before, happened_at) / 1e6
FROM (SELECT happened_at, batch_id, seq, lag(happened_at) OVER (ORDER BY seq) AS before
      FROM decision_event
      WHERE kind = 'decide' AND reviewer = $reviewer)
WHERE batch_id IS NULL AND before IS NOT NULL
ORDER BY seq DESC
LIMIT $most
"""
_SINCE = """
SELECT count(*)
FROM decision_event
WHERE kind = 'decide' AND reviewer = $reviewer AND happened_at >= $since
  AND decision_id NOT IN (SELECT decision_id FROM decision_event WHERE kind = 'undo')
"""
_DECIDERS = """
SELECT DISTINCT reviewer FROM decision_event
WHERE kind = 'decide' AND happened_at >= $since AND reviewer <> $listed_by
  AND NOT starts_with(reviewer, $rule)
"""
# in_scope + learning * 4 * in_scope * (1 - in_scope), see `pipeline/review/outlook/planner.py`
_GAINFUL = """
SELECT arxiv_id, in_scope
FROM queue
ORDER BY in_scope * (1 + 4 * $learning * (1 - in_scope)) DESC, arxiv_id
LIMIT $most
"""
_MOST_GAPS = 500


@dataclass(frozen=True, slots=True)
class ArrivedPapers:
    """Predicted papers announced on one day, with one probability."""

    day: date
    #: whole percent, rounded down; None: decided without a prediction from before
    percent: int | None
    papers: int


@dataclass(frozen=True, slots=True)
class DecidedPapers:
    """Papers with a standing verdict of a reviewer, given on one day, with one probability."""

    day: date
    verdict: Verdict
    #: as in ArrivedPapers
    percent: int | None
    papers: int


@dataclass(frozen=True, slots=True)
class WaitingPaper:
    """A waiting paper and the day it was announced."""

    arxiv_id: str
    announced: date


class Outlook:
    """Counts over the queue's past and present."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def arrived(self, first: date, last: date) -> list[ArrivedPapers]:
        """Return the predicted papers announced from `first` to `last`, without the list's."""
        days = {"since": first, "until": last, "listed_by": LIST_REVIEWER}
        return [ArrivedPapers(*row) for row in self._session.rows(_ARRIVED, days)]

    def decided(self) -> list[DecidedPapers]:
        """Return the papers that reviewers approved or rejected, without the list's."""
        return [
            DecidedPapers(day, Verdict(verdict), percent, papers)
            for day, verdict, percent, papers in self._session.rows(
                _DECIDED, {"listed_by": LIST_REVIEWER}
            )
        ]

    def waiting(self) -> dict[int, int]:
        """Return the waiting papers by whole percent."""
        return dict(self._session.rows(_WAITING))

    def oldest(self, at_least: float) -> WaitingPaper | None:
        """Return the waiting paper that was announced first, from a probability on."""
        row = self._session.row(_OLDEST, {"at_least": at_least})
        return None if row is None else WaitingPaper(*row)

    def gaps(self, reviewer: str) -> list[float]:
        """Return the seconds between consecutive decisions of a reviewer, newest first."""
        asked = {"reviewer": reviewer, "most": _MOST_GAPS}
        return [row[0] for row in self._session.rows(_GAPS, asked)]

    def decided_since(self, reviewer: str, since: datetime) -> int:
        """Return how many decisions of a reviewer were made since an instant and stand."""
        return self._session.number(_SINCE, {"reviewer": reviewer, "since": to_utc(since)})

    def deciders(self, since: datetime) -> frozenset[str]:
        """Return who decided since an instant, without the list and rules."""
        asked = {"since": to_utc(since), "listed_by": LIST_REVIEWER, "rule": RULE_PREFIX}
        return frozenset(row[0] for row in self._session.rows(_DECIDERS, asked))

    def gainful(self, learning: float, most: int) -> list[tuple[str, float]]:
        """Return waiting papers with their probability, by expected gain, ties by ID."""
        asked = {"learning": learning, "most": most}
        return [(row[0], row[1]) for row in self._session.rows(_GAINFUL, asked)]
