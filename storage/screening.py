"""Count papers by stage of the screening (PRISMA 2020), of all days or of a period.

A period chooses papers by the day on which arXiv announced them; their state is the present one.
Each paper counts once, however often it was harvested.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from config.reasons import Reason, named_reason
from storage.engine.session import Row, Session
from storage.types import LIST_REVIEWER

#: by language
NOT_STATED = {"en": "not stated", "zh": "未说明"}

# Joins with `paper`, because a paper with a decision may since have been moved to quarantine.
_DECIDED = """
SELECT count(*) FILTER (WHERE standing.listed),
       count(*) FILTER (WHERE NOT standing.listed AND standing.verdict = 'approved'),
       count(*) FILTER (WHERE standing.verdict = 'rejected' AND standing.rule IS NULL),
       count(*) FILTER (WHERE standing.verdict = 'deferred' AND standing.rule IS NULL),
       count(*) FILTER (WHERE standing.verdict = 'approved' AND paper.withdrawn),
       count(*) FILTER (WHERE standing.rule IS NOT NULL)
FROM (SELECT arxiv_id, verdict, rule, verdict = 'approved' AND reviewer = $listed_by AS listed
      FROM decisions WHERE standing) AS standing
JOIN paper ON paper.arxiv_id = standing.arxiv_id
WHERE {paper}
"""
_LISTED = """
SELECT count(*),
       count(*) FILTER (WHERE paper.source NOT IN ('query', 'corpus')
                           OR paper.arxiv_id IN (SELECT arxiv_id FROM announcement))
FROM (SELECT DISTINCT arxiv_id FROM decision_event WHERE reviewer = $listed_by) AS listed
JOIN paper ON paper.arxiv_id = listed.arxiv_id
WHERE {paper}
"""
_BY_HAND = """
SELECT count(*) FROM paper
WHERE paper.source IN ('query', 'corpus')
  AND paper.arxiv_id NOT IN (SELECT arxiv_id FROM announcement)
  AND paper.arxiv_id NOT IN (SELECT arxiv_id FROM decision_event WHERE reviewer = $listed_by)
  AND {paper}
"""
_WITHDRAWN = """
SELECT count(*) FROM paper
WHERE paper.withdrawn AND {paper}
  AND paper.arxiv_id NOT IN (SELECT arxiv_id FROM decisions WHERE standing)
"""
# An approval that lost its section and a deferred paper that returned are in the queue again but
# count as decided.
_QUEUED = "SELECT count(*) FROM queue WHERE {queue}"
_WAITING_AGAIN = """
SELECT count(*) FROM queue
WHERE arxiv_id IN (SELECT arxiv_id FROM decisions WHERE standing) AND {queue}
"""
_SET_ASIDE = """
SELECT count(*) FROM queue
WHERE in_scope < $below AND {queue}
  AND arxiv_id NOT IN (SELECT arxiv_id FROM decisions WHERE standing)
"""
_REASONS = """
SELECT decisions.reason, count(*) AS papers
FROM decisions JOIN paper ON paper.arxiv_id = decisions.arxiv_id
WHERE standing AND verdict = 'rejected' AND rule IS NULL AND reason IS NOT NULL AND {paper}
GROUP BY decisions.reason
ORDER BY papers DESC, decisions.reason
"""
# Rejections of older versions have no code; their notes say why.
_NOTES = """
SELECT arg_max(trim(note), seq) AS reason, count(*) AS papers
FROM decisions JOIN paper ON paper.arxiv_id = decisions.arxiv_id
WHERE standing AND verdict = 'rejected' AND rule IS NULL AND reason IS NULL AND trim(note) <> ''
  AND {paper}
GROUP BY lower(trim(note))
ORDER BY papers DESC, reason
"""
_ALL = {"paper": "true", "queue": "true"}
_OF_PERIOD = {
    "paper": "paper.announced BETWEEN $first AND $last",
    "queue": "announced BETWEEN $first AND $last",
}


@dataclass(frozen=True, slots=True)
class Period:
    """Announcement days of arXiv, both inclusive."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class ScreeningCounts:
    """Papers by stage; each stage is the sum of the next and of what leaves in between."""

    #: from the curated list, whatever became of them
    from_list: int
    #: of these, papers that arXiv's announcements or harvests brought too
    repeats: int
    #: added by hand and neither in the list nor announced
    by_hand: int
    #: distinct papers
    papers: int
    #: undecided and in the queue
    waiting: int
    #: of these, set aside as unlikely
    set_aside: int
    #: undecided and withdrawn at arXiv
    withdrawn: int
    #: approved by the import of the curated list
    listed: int
    #: approved by reviewers
    approved: int
    rejected: int
    deferred: int
    #: approved, by the list too, and withdrawn at arXiv since
    approved_withdrawn: int
    #: decided by rules, without a reviewer
    by_rules: int
    #: (code, papers) of rejections with a reason, most frequent first
    reasons: tuple[tuple[str, int], ...]
    #: (note, papers) of rejections without one
    notes: tuple[tuple[str, int], ...]

    @property
    def identified(self) -> int:
        """Papers, those found in the list and at arXiv counted twice."""
        return self.papers + self.repeats

    @property
    def from_arxiv(self) -> int:
        """Papers of arXiv's announcements and harvests."""
        return self.identified - self.from_list - self.by_hand

    @property
    def screened(self) -> int:
        """Papers with a verdict by a reviewer."""
        return self.approved + self.rejected + self.deferred

    @property
    def not_screened(self) -> int:
        """Papers without a verdict by a person."""
        return self.papers - self.screened - self.listed

    @property
    def unclassified(self) -> int:
        """Papers that are not classified yet or have no text to judge."""
        return self.not_screened - self.waiting - self.withdrawn - self.by_rules

    @property
    def included(self) -> int:
        """Approved papers."""
        return self.listed + self.approved

    def exclusions(self, known: Sequence[Reason], language: str = "en") -> list[tuple[str, int]]:
        """Return the rejections by reason's name, then by note, then those with neither."""
        reasons = [(named_reason(known, code), papers) for code, papers in self.reasons]
        named = [(reason.name_in(language), papers) for reason, papers in reasons]
        stated = [*named, *self.notes]
        rest = self.rejected - sum(papers for _, papers in stated)
        return [*stated, *([(NOT_STATED[language], rest)] if rest > 0 else [])]


class Screening:
    """Counts over papers, decisions and the queue."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def counts(
        self,
        period: Period | None = None,
        *,
        set_aside_below: float = 0.1,
        queued: int | None = None,
    ) -> ScreeningCounts:
        """Return the counts of a period, None for all papers.

        `queued`, the length of the whole queue, spares counting it again.
        """
        days = {"first": period.first, "last": period.last} if period else {}
        by_list = {"listed_by": LIST_REVIEWER, **days}
        [decided] = self._rows(_DECIDED, by_list, period)
        [(from_list, repeats)] = self._rows(_LISTED, by_list, period)
        if queued is None:
            [(queued,)] = self._rows(_QUEUED, days, period)
        [(again,)] = self._rows(_WAITING_AGAIN, days, period)
        [(set_aside,)] = self._rows(_SET_ASIDE, {"below": set_aside_below, **days}, period)
        [(papers,)] = self._rows("SELECT count(*) FROM paper WHERE {paper}", days, period)
        [(by_hand,)] = self._rows(_BY_HAND, by_list, period)
        [(withdrawn,)] = self._rows(_WITHDRAWN, days, period)
        return ScreeningCounts(
            from_list=from_list,
            repeats=repeats,
            by_hand=by_hand,
            papers=papers,
            waiting=queued - again,
            set_aside=set_aside,
            withdrawn=withdrawn,
            listed=decided[0],
            approved=decided[1],
            rejected=decided[2],
            deferred=decided[3],
            approved_withdrawn=decided[4],
            by_rules=decided[5],
            reasons=tuple((code, count) for code, count in self._rows(_REASONS, days, period)),
            notes=tuple((note, count) for note, count in self._rows(_NOTES, days, period)),
        )

    def undated(self) -> int:
        """Return how many papers have no announcement day, so that no period has them."""
        return self._session.number("SELECT count(*) FROM paper WHERE announced IS NULL")

    def announced(self) -> Period | None:
        """Return the first and the last announcement day of all papers, if there is any."""
        row = self._session.row("SELECT min(announced), max(announced) FROM paper")
        return Period(*row) if row and row[0] else None

    def _rows(self, sql: str, parameters: Mapping[str, object], period: Period | None) -> list[Row]:
        return self._session.rows(sql.format(**(_OF_PERIOD if period else _ALL)), parameters)
