"""Store which decisions were drawn at random.

The random order is that of a hash of the ID, because it is the same on every machine.
"""

from dataclasses import dataclass

from storage.engine.instants import to_utc
from storage.engine.parameters import rows_json, texts_json
from storage.engine.session import Session
from storage.types import Decision, Verdict

_DRAW = """
INSERT INTO audit_draw
SELECT last.seq + drawn.number, drawn.arxiv_id, drawn.decision_id, drawn.drawn_at
FROM (SELECT unnest(from_json($drawn, '[{
          "number": "INTEGER", "arxiv_id": "VARCHAR", "decision_id": "VARCHAR",
          "drawn_at": "TIMESTAMP"}]'), recursive := true)) AS drawn,
     (SELECT coalesce(max(seq), 0) AS seq FROM audit_draw) AS last
"""
_LATEST = """
SELECT arxiv_id, verdict, drawn_at FROM audit_sample ORDER BY drawn_at DESC, arxiv_id LIMIT $most
"""
# Waiting papers up to the last paper of the sample in the random order.
_SKIPPED = """
SELECT count(*)
FROM queue
WHERE random_place <= (
        SELECT max(random_place) FROM prediction WHERE arxiv_id IN (FROM listed($ids)))
  AND arxiv_id NOT IN (SELECT arxiv_id FROM decisions WHERE standing)
  AND arxiv_id NOT IN (SELECT arxiv_id FROM paper WHERE first_seen_at > $last_drawn_at)
"""
# How many papers waited is counted from when each was first seen and first decided, because a draw
# does not record it. Papers that are withdrawn or not classified yet are counted too.
_DRAWN_FROM = """
WITH sample AS (
    SELECT arxiv_id, drawn_at FROM audit_sample WHERE verdict IN ('approved', 'rejected')
    QUALIFY drawn_at > max(drawn_at) OVER () - INTERVAL 365 DAY
        OR row_number() OVER (ORDER BY drawn_at DESC, arxiv_id) <= $latest
),
step AS (
    SELECT first_seen_at AS moment, 1 AS change FROM paper
    UNION ALL
    SELECT greatest(first_seen_at, decided.first), -1
    FROM paper
    JOIN (
        SELECT arxiv_id, min(happened_at) AS first
        FROM decision_event WHERE kind = 'decide' GROUP BY arxiv_id
    ) AS decided USING (arxiv_id)
),
waiting AS (
    SELECT moment, sum(sum(change)) OVER (ORDER BY moment) AS papers FROM step GROUP BY moment
)
SELECT sample.arxiv_id, CAST(greatest(coalesce(waiting.papers, 0), 1) AS BIGINT)
FROM sample ASOF LEFT JOIN waiting ON sample.drawn_at > waiting.moment
"""


#: draws that count at any age: the product's sample
LATEST = 200


@dataclass(frozen=True, slots=True)
class AuditSample:
    """The papers last drawn at random, by their current verdict."""

    approved: int
    rejected: int
    deferred: int
    #: still or again waiting, up to the last drawn paper
    skipped: int

    @property
    def known(self) -> int:
        """Number of papers with a verdict."""
        return self.approved + self.rejected

    @property
    def unknown(self) -> int:
        """Number of papers without a verdict."""
        return self.deferred + self.skipped


class Audit:
    """The table `audit_draw`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def draw(self, *decisions: Decision) -> None:
        """Record that these decisions were made in random order."""
        if not decisions:
            return
        drawn = rows_json(
            {
                "number": number,
                "arxiv_id": decision.arxiv_id,
                "decision_id": decision.decision_id,
                "drawn_at": to_utc(decision.decided_at),
            }
            for number, decision in enumerate(decisions, start=1)
        )
        with self._session.transaction():
            self._session.write(_DRAW, {"drawn": drawn})

    def drawn_from(self) -> dict[str, int]:
        """Return how many papers waited when each approved or rejected paper was drawn.

        One in so many is the probability of a draw. Of the draws that are a year older than the
        last one only those among the latest `LATEST` count, because they describe an older queue.
        """
        if not self._session.number("SELECT count(*) FROM audit_draw"):
            return {}  # the count reads every paper
        return dict(self._session.rows(_DRAWN_FROM, {"latest": LATEST}))

    def sample(self, most: int) -> AuditSample:
        """Summarise the last `most` papers drawn."""
        drawn = self._session.rows(_LATEST, {"most": most})
        if not drawn:
            return AuditSample(0, 0, 0, 0)
        verdicts = [verdict for _, verdict, _ in drawn]
        approved = verdicts.count(Verdict.APPROVED.value)
        rejected = verdicts.count(Verdict.REJECTED.value)
        deferred = verdicts.count(Verdict.DEFERRED.value)
        ids = texts_json(arxiv_id for arxiv_id, _, _ in drawn)
        last = drawn[0][2]
        skipped = self._session.number(_SKIPPED, {"ids": ids, "last_drawn_at": last})
        return AuditSample(approved, rejected, deferred, skipped)
