"""Replay past weeks under other limits of the queue."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.review.outlook.pace import Pace

#: percent; the limits that are compared
LIMITS = tuple(range(0, 100, 5))


@dataclass(frozen=True, slots=True)
class Scored:
    """Papers by their probability of scope in whole percent, rounded down."""

    papers: Mapping[int, int]
    #: papers without a prediction from before their decision
    unknown: int = 0

    @property
    def known(self) -> int:
        """Number of papers with a probability."""
        return sum(self.papers.values())

    def above(self, limit: int) -> int:
        """Return the papers at or above a limit."""
        return sum(count for percent, count in self.papers.items() if percent >= limit)


@dataclass(frozen=True, slots=True)
class LimitRow:
    """What one limit means."""

    #: percent
    limit: int
    papers_a_week: float
    minutes_a_week: float
    waiting: int
    #: approved papers whose probability was below the limit before they were decided
    missed: int


@dataclass(frozen=True, slots=True)
class Replay:
    """Past weeks under each limit."""

    rows: tuple[LimitRow, ...]
    weeks: int
    #: approved papers with a probability from before their decision, and without one
    approved: int
    approved_unknown: int
    #: arrived papers without such a probability; no row counts them
    arrived_unknown: int

    def row(self, limit: int) -> LimitRow:
        """Return the row of a limit that was asked for."""
        return next(row for row in self.rows if row.limit == limit)


def replay(
    *, arrived: Scored, weeks: int, approved: Scored, waiting: Scored, pace: Pace, current: int
) -> Replay:
    """Return the past weeks under each of LIMITS and under `current`.

    Args:
        arrived: the papers of these weeks.
        weeks: their number; with none there are no rows.
        approved: papers that reviewers approved.
        waiting: papers that wait now.
        pace: the reviewer's.
        current: percent, the limit in use.
    """
    limits = sorted({*LIMITS, current}) if weeks else ()
    return Replay(
        rows=tuple(
            LimitRow(
                limit=limit,
                papers_a_week=arrived.above(limit) / weeks,
                minutes_a_week=pace.minutes(arrived.above(limit) / weeks),
                waiting=waiting.above(limit),
                missed=approved.known - approved.above(limit),
            )
            for limit in limits
        ),
        weeks=weeks,
        approved=approved.known,
        approved_unknown=approved.unknown,
        arrived_unknown=arrived.unknown,
    )
