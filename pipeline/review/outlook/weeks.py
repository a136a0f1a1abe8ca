"""Group arrivals and decisions into weeks of seven days, the last of which ends today."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from storage.outlook import ArrivedPapers, DecidedPapers
from storage.types import Verdict

#: weeks that are shown, and from which pace and forecast are made
WEEKS = 8
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """Papers at or above the limit in seven days."""

    first: date
    last: date
    arrived: int
    decided: int
    approved: int


def past_weeks(today: date, number: int = WEEKS) -> tuple[tuple[date, date], ...]:
    """Return first and last day of each of the weeks up to today, oldest first."""
    return tuple(
        (today - _WEEK * back + timedelta(days=1), today - _WEEK * (back - 1))
        for back in range(number, 0, -1)
    )


def whole_weeks(first: date | None, today: date) -> int:
    """Return how many whole weeks from a first day to today are covered, at most WEEKS."""
    return 0 if first is None else max(0, min(WEEKS, ((today - first).days + 1) // 7))


def count_weeks(
    arrived: Sequence[ArrivedPapers], decided: Sequence[DecidedPapers], limit: int, today: date
) -> tuple[Week, ...]:
    """Return the weeks with what arrived and was decided at or above a limit in percent.

    A paper without a known probability counts in none.
    """
    return tuple(
        Week(
            first,
            last,
            arrived=_papers(arrived, limit, first, last),
            decided=_papers(decided, limit, first, last),
            approved=_papers(
                [one for one in decided if one.verdict is Verdict.APPROVED], limit, first, last
            ),
        )
        for first, last in past_weeks(today)
    )


def _papers(
    counts: Iterable[ArrivedPapers | DecidedPapers], limit: int, first: date, last: date
) -> int:
    return sum(
        one.papers
        for one in counts
        if first <= one.day <= last and one.percent is not None and one.percent >= limit
    )
