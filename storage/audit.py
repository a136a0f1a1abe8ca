"""Store which decisions were drawn at random, and count the screening.

The random order is that of a hash of the ID, because it is the same on every machine.
"""

from dataclasses import dataclass

from storage.engine.instants import to_utc
from storage.engine.parameters import rows_json, texts_json
from storage.engine.session import Session
from storage.types import LIST_REVIEWER, Decision, Verdict

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
_FLOW = """
WITH standing AS (
    SELECT arxiv_id, verdict, reviewer = $listed_by AS listed FROM decisions WHERE standing
)
SELECT (SELECT count(*) FROM paper
        WHERE arxiv_id IN (SELECT arxiv_id FROM decision_event WHERE reviewer = $listed_by)
          AND (source <> 'query' OR arxiv_id IN (SELECT arxiv_id FROM announcement))),
       (SELECT count(*) FROM paper),
       count(*) FILTER (WHERE listed),
       count(*) FILTER (WHERE NOT listed AND verdict = 'approved'),
       count(*) FILTER (WHERE NOT listed AND verdict = 'rejected'),
       count(*) FILTER (WHERE NOT listed AND verdict = 'deferred')
FROM standing
"""
# An approval that lost its section and a deferred paper that returned are in the queue again but
# count as decided.
_WAITING_AGAIN = """
SELECT count(*) FROM queue
WHERE arxiv_id IN (SELECT arxiv_id FROM decisions WHERE standing)
"""
# Rejections of older versions have no code; their notes say why.
_SET_ASIDE = """
SELECT count(*) FROM queue
WHERE in_scope < $below AND arxiv_id NOT IN (SELECT arxiv_id FROM decisions WHERE standing)
"""
_REASONS = """
SELECT reason, count(*) AS papers
FROM decisions
WHERE standing AND verdict = 'rejected' AND reason IS NOT NULL AND reviewer <> $listed_by
GROUP BY reason
ORDER BY papers DESC, reason
"""
_NOTES = """
SELECT arg_max(trim(note), seq) AS reason, count(*) AS papers
FROM decisions
WHERE standing AND verdict = 'rejected' AND reason IS NULL AND trim(note) <> ''
  AND reviewer <> $listed_by
GROUP BY lower(trim(note))
ORDER BY papers DESC, reason
"""


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


@dataclass(frozen=True, slots=True)
class ScreeningCounts:
    """Papers per screening stage (PRISMA 2020); entries of the curated list count apart."""

    #: papers of the curated list that arXiv's announcements or harvests brought too
    repeats: int
    papers: int
    waiting: int
    #: of these, set aside: not screened
    set_aside: int
    listed: int
    approved: int
    rejected: int
    deferred: int
    #: (code, papers) of rejections with a reason, most frequent first
    reasons: tuple[tuple[str, int], ...]
    #: (note, papers) of rejections without one
    notes: tuple[tuple[str, int], ...] = ()


class Audit:
    """The table `audit_draw` and counts over all papers."""

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

    def screening(
        self, queued: int | None = None, *, set_aside_below: float = 0.1
    ) -> ScreeningCounts:
        """Return the counts; `queued` spares counting the queue again."""
        if queued is None:
            queued = self._session.number("SELECT count(*) FROM queue")
        waiting = queued - self._session.number(_WAITING_AGAIN)
        listed_by = {"listed_by": LIST_REVIEWER}
        [(repeats, papers, listed, approved, rejected, deferred)] = self._session.rows(
            _FLOW, listed_by
        )
        reasons = self._session.rows(_REASONS, listed_by)
        notes = self._session.rows(_NOTES, listed_by)
        return ScreeningCounts(
            repeats=int(repeats),
            papers=papers,
            waiting=waiting,
            set_aside=self._session.number(_SET_ASIDE, {"below": set_aside_below}),
            listed=listed,
            approved=approved,
            rejected=rejected,
            deferred=deferred,
            reasons=tuple((code, count) for code, count in reasons),
            notes=tuple((note, count) for note, count in notes),
        )
