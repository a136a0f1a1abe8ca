"""Forecast when the queue clears, from the arrivals and decisions of past weeks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import variance

from pipeline.runtime.plurals import counted

#: share of forecasts whose interval contains the day
CONFIDENCE = 0.9
#: weeks and decisions without which there is no forecast
FEWEST_WEEKS = 2
FEWEST_DECISIONS = 10
#: weeks; what takes longer is not dated
LONGEST = 520.0
#: Student's t for 90 %, two-sided, by degrees of freedom (R 4.3: qt(0.95, df))
_STUDENT = {1: 6.3138, 2: 2.9200, 3: 2.3534, 4: 2.1318, 5: 2.0150, 6: 1.9432, 7: 1.8946}


class Outcome(StrEnum):
    """What a forecast says."""

    EMPTY = "empty"
    TOO_EARLY = "too early"
    CLEARS = "clears"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Clearing:
    """The day on which no paper waits at the pace of past weeks, with a 90 % interval."""

    outcome: Outcome
    waiting: int
    weeks: int
    arrived: int
    decided: int
    #: of outcome `clears`
    day: date | None = None
    #: None: not even with the luckiest pace
    earliest: date | None = None
    #: None: perhaps never
    latest: date | None = None

    @property
    def sentence(self) -> str:
        """When the queue clears, and what that rests on; without a full stop."""
        a_week = (
            f"{self.arrived / self.weeks:.1f} arrive and {self.decided / self.weeks:.1f} are"
            f" decided a week ({counted(self.weeks, 'week')})"
            if self.weeks
            else ""
        )
        match self.outcome:
            case Outcome.EMPTY:
                return "no paper waits"
            case Outcome.TOO_EARLY:
                return (
                    f"too early to say: {counted(self.weeks, 'whole week')} and"
                    f" {counted(self.decided, 'decision')}; it takes 2 weeks and 10 decisions"
                )
            case Outcome.NEVER:
                lucky = f"; with luck on {self.earliest}" if self.earliest else ""
                return f"never at this pace: {a_week}{lucky}"
            case Outcome.CLEARS:
                last = self.latest or "perhaps never"
                return f"{self.day} (90 %: {self.earliest} to {last}): {a_week}"


def forecast(waiting: int, arrived: Sequence[int], decided: Sequence[int], today: date) -> Clearing:
    """Return when `waiting` papers are decided, from papers arrived and decided by past week.

    The number that waits after T weeks is about normal: its mean is `waiting` - r T with the mean
    weekly decrease r, its variance s2 (T + T2 / k), for the weeks to come and for r, which k weeks
    estimate. s2 is the variance of the weekly decrease, and at least that of Poisson counts. The
    interval ends where the bounds of 90 % (Student's t) reach zero.
    """
    weeks = len(arrived)
    counts = (waiting, weeks, sum(arrived), sum(decided))
    if not waiting:
        return Clearing(Outcome.EMPTY, *counts)
    if weeks < FEWEST_WEEKS or sum(decided) < FEWEST_DECISIONS:
        return Clearing(Outcome.TOO_EARLY, *counts)
    net = [done - came for came, done in zip(arrived, decided, strict=True)]
    rate = sum(net) / weeks
    spread = max(variance(net), (sum(arrived) + sum(decided)) / weeks)
    student = _STUDENT[min(weeks - 1, max(_STUDENT))]
    earliest, latest = _bounds(waiting, rate, student**2 * spread, weeks)
    clears = rate > 0 and waiting / rate <= LONGEST
    return Clearing(
        Outcome.CLEARS if clears else Outcome.NEVER,
        *counts,
        day=_after(today, waiting / rate) if clears else None,
        earliest=_after(today, earliest),
        latest=_after(today, latest) if clears else None,
    )


def _bounds(
    waiting: int, rate: float, noise: float, weeks: int
) -> tuple[float | None, float | None]:
    """Return the roots of (waiting - rate T)2 = noise (T + T2 / weeks) that are reached."""
    square = rate * rate - noise / weeks
    linear = 2 * waiting * rate + noise
    root = linear * linear - 4 * square * waiting * waiting
    if root < 0 or linear + math.sqrt(max(root, 0.0)) <= 0:
        return None, None
    # stable also where `square` is about zero
    early = 2 * waiting * waiting / (linear + math.sqrt(root))
    late = (linear + math.sqrt(root)) / (2 * square) if square > 0 and rate > 0 else None
    return early, late


def _after(today: date, weeks: float | None) -> date | None:
    if weeks is None or weeks > LONGEST:
        return None
    return today + timedelta(days=math.ceil(weeks * 7))
