"""Read what a past week's issue needs: decisions, announcements and publications up to an instant.

Rows that came later do not count, so that an old issue keeps its bytes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import texts_json
from storage.engine.session import Session
from storage.types import LedgerStatus, Verdict

_STANDING = """
WITH past AS (
    SELECT * FROM decision_event WHERE happened_at < $at
),
live AS (
    SELECT * FROM past
    WHERE kind = 'decide'
      AND decision_id NOT IN (SELECT decision_id FROM past WHERE kind = 'undo')
    QUALIFY row_number() OVER (PARTITION BY arxiv_id ORDER BY happened_at DESC, seq DESC) = 1
),
placed AS (
    SELECT decision_id, arg_max(sections, seq) AS sections
    FROM placement
    WHERE placed_at < $at
    GROUP BY decision_id
)
SELECT live.arxiv_id, live.verdict, coalesce(placed.sections, live.sections), live.reviewer,
       live.reason, live.happened_at, kept.title
FROM live
LEFT JOIN decided_text AS kept
  ON kept.arxiv_id = live.arxiv_id AND kept.content_hash = live.content_hash
LEFT JOIN placed ON placed.decision_id = live.decision_id
ORDER BY live.happened_at, live.arxiv_id
"""
_WAITING = """
SELECT count(*) FROM paper
WHERE first_seen_at < $at
  AND arxiv_id NOT IN (
    SELECT arxiv_id FROM decision_event
    WHERE happened_at < $at AND kind = 'decide'
      AND decision_id NOT IN (
        SELECT decision_id FROM decision_event WHERE happened_at < $at AND kind = 'undo'))
"""
_ANNOUNCED = """
SELECT count(DISTINCT arxiv_id) FROM announcement
WHERE day BETWEEN $first AND $last AND announce_type IN ('new', 'cross') AND seen_at <= $known_at
"""
# As the view `ledger`, from the rows of that time only.
_DAYS = """
WITH listed AS (
    SELECT DISTINCT day, category, arxiv_id FROM announcement
    WHERE day BETWEEN $first AND $last AND announce_type IN ('new', 'cross')
      AND seen_at <= $known_at
),
checked AS (
    SELECT day, category, bool_or(NOT stale) AS told,
           arg_max(calendar_quiet, checked_at) AS quiet
    FROM feed_check
    WHERE day BETWEEN $first AND $last AND checked_at <= $known_at
    GROUP BY day, category
),
gap AS (
    SELECT DISTINCT day, category FROM feed_gap
    WHERE day BETWEEN $first AND $last AND checked_at <= $known_at
      AND NOT EXISTS (
        SELECT 1 FROM feed_gap_closed AS closed
        WHERE closed.day = feed_gap.day AND closed.category = feed_gap.category
          AND closed.closed_at <= $known_at)
),
known AS (
    SELECT day, category FROM listed
    UNION SELECT day, category FROM checked
    UNION SELECT day, category FROM expected_day
    WHERE day BETWEEN $first AND $last AND noted_at <= $known_at
),
tally AS (
    SELECT listed.day, listed.category, count(*) AS announced, count(paper.arxiv_id) AS held
    FROM listed
    LEFT JOIN paper
      ON paper.arxiv_id = listed.arxiv_id AND paper.first_seen_at <= $known_at
    GROUP BY listed.day, listed.category
),
stated AS (
    SELECT known.day, coalesce(tally.announced, 0) AS announced, coalesce(tally.held, 0) AS held,
           gap.day IS NOT NULL AS gap, coalesce(checked.told, false) AS told,
           coalesce(checked.quiet, false) AS quiet,
           sum(coalesce(tally.announced, 0)) OVER (PARTITION BY known.day) AS that_day
    FROM known
    LEFT JOIN tally ON tally.day = known.day AND tally.category = known.category
    LEFT JOIN checked ON checked.day = known.day AND checked.category = known.category
    LEFT JOIN gap ON gap.day = known.day AND gap.category = known.category
)
SELECT day, max(CASE WHEN held < announced THEN 3
                     WHEN gap THEN 2
                     WHEN announced > 0 THEN 1
                     WHEN quiet THEN 0
                     WHEN told AND that_day > 0 THEN 1
                     ELSE 2 END)
FROM stated
GROUP BY day
ORDER BY day
"""
_STATUSES = (
    LedgerStatus.QUIET,
    LedgerStatus.COMPLETE,
    LedgerStatus.UNKNOWN,
    LedgerStatus.INCOMPLETE,
)
_VERSIONS = """
SELECT arxiv_id, version, submitted_at FROM paper_version
WHERE arxiv_id IN (FROM listed($ids)) AND submitted_at IS NOT NULL
"""
_FIRST_SUBMITTED = """
SELECT arxiv_id, submitted_at FROM paper
WHERE arxiv_id IN (FROM listed($ids)) AND submitted_at IS NOT NULL
"""
# An issue without papers is in `publications` only, one of an older version in `published` only.
_ISSUES = """
SELECT target, min(published_at), list(DISTINCT arxiv_id) FILTER (arxiv_id IS NOT NULL)
FROM (
    SELECT target, published_at, arxiv_id FROM published
    UNION ALL
    SELECT target, published_at, NULL FROM publications
)
WHERE starts_with(target, 'digest:')
GROUP BY target
ORDER BY target
"""


@dataclass(frozen=True, slots=True)
class PastDecision:
    """A decision that stood at an instant, with the sections and the title of that time."""

    arxiv_id: str
    verdict: Verdict
    sections: tuple[str, ...]
    reviewer: str
    reason: str | None
    decided_at: datetime
    title: str


@dataclass(frozen=True, slots=True)
class PastIssue:
    """An issue that was published."""

    #: for the first time
    published_at: datetime
    #: arXiv IDs of the listed papers
    papers: frozenset[str]


@dataclass(frozen=True, slots=True)
class VersionDates:
    """When the versions of a paper were submitted, as far as arXiv said."""

    first: datetime | None
    by_version: Mapping[int, datetime]


class Weeks:
    """Tables of decisions, announcements, papers and publications, at an instant of the past."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def standing(self, at: datetime) -> list[PastDecision]:
        """Return the decisions that stood just before an instant, oldest first."""
        return [
            PastDecision(
                arxiv_id=arxiv_id,
                verdict=Verdict(verdict),
                sections=tuple(sections),
                reviewer=reviewer,
                reason=reason,
                decided_at=from_utc(decided_at),
                title=title or "",
            )
            for arxiv_id, verdict, sections, reviewer, reason, decided_at, title in (
                self._session.rows(_STANDING, {"at": to_utc(at)})
            )
        ]

    def waiting(self, at: datetime) -> int:
        """Return the number of papers that were held and not decided just before an instant."""
        return self._session.number(_WAITING, {"at": to_utc(at)})

    def announced(self, first: date, last: date, *, known_at: datetime) -> int:
        """Return the number of papers announced on these days, both inclusive."""
        return self._session.number(
            _ANNOUNCED, {"first": first, "last": last, "known_at": to_utc(known_at)}
        )

    def days(
        self, first: date, last: date, *, known_at: datetime
    ) -> list[tuple[date, LedgerStatus]]:
        """Return the ledger's status of these days over all categories, oldest first."""
        rows = self._session.rows(
            _DAYS, {"first": first, "last": last, "known_at": to_utc(known_at)}
        )
        return [(day, _STATUSES[status]) for day, status in rows]

    def dates(self, arxiv_ids: Iterable[str]) -> dict[str, VersionDates]:
        """Return when the versions of these papers were submitted."""
        ids = {"ids": texts_json(arxiv_ids)}
        versions: dict[str, dict[int, datetime]] = {}
        for arxiv_id, version, at in self._session.rows(_VERSIONS, ids):
            versions.setdefault(arxiv_id, {})[version] = from_utc(at)
        first = {
            arxiv_id: from_utc(at) for arxiv_id, at in self._session.rows(_FIRST_SUBMITTED, ids)
        }
        return {
            arxiv_id: VersionDates(
                versions.get(arxiv_id, {}).get(1, first.get(arxiv_id)),
                versions.get(arxiv_id, {}),
            )
            for arxiv_id in {*versions, *first}
        }

    def issues(self) -> dict[str, PastIssue]:
        """Return the published issues by target, such as `digest:2026-W12`, oldest first."""
        return {
            target: PastIssue(from_utc(published_at), frozenset(papers or ()))
            for target, published_at, papers in self._session.rows(_ISSUES)
        }
