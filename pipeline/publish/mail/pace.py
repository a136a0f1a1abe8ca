"""Decide how many mails may go now, and how long to wait. Times are values; nothing is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_DAY = timedelta(days=1)
#: by which a clock is set back at most
_AHEAD = timedelta(days=7)
_MINUTE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a mail server or a receiver takes; 0 and empty: no limit."""

    per_minute: int = 0
    per_day: int = 0
    #: on the first, second and further days of sending
    warm_up: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many mails may go until some instant."""

    #: None: any number
    mails: int | None
    #: when more may go; None: there is no limit
    until: datetime | None = None
    #: why, for people
    because: str = ""


def allowance(handed: Sequence[datetime], now: datetime, limits: Limits) -> Allowance:
    """Return how many mails may go now.

    Args:
        handed: when mails were handed over, ever, in any order.
        now: the present instant.
        limits: of the settings.
    """
    days = sorted({_day(at) for at in handed} | {_day(now)})
    place = days.index(_day(now))
    if place < len(limits.warm_up):
        # A calendar day is a step, so that a step lasts however late it began.
        used = sum(_day(at) == _day(now) for at in handed)
        most = limits.warm_up[place]
        tomorrow = datetime.combine(_day(now) + _DAY, datetime.min.time(), tzinfo=UTC)
        because = f"day {place + 1} of the warm-up allows {most:,}"
        return Allowance(max(0, most - used), tomorrow, because)
    if not limits.per_day:
        return Allowance(None)
    # What is dated ahead was handed over before the clock was set back, so it counts too; what is
    # dated further ahead tells nothing of today.
    recent = sorted(at for at in handed if now - _DAY < at <= now + _AHEAD)
    left = max(0, limits.per_day - len(recent))
    # When the oldest of the last so many is a day old, one more may go.
    until = recent[-limits.per_day] + _DAY if len(recent) >= limits.per_day else now + _DAY
    return Allowance(left, until, f"per_day allows {limits.per_day:,} in 24 hours")


def pause_seconds(last: float | None, now: float, per_minute: int) -> float:
    """Return how long to wait before the next mail; they are spread evenly over the minute.

    Args:
        last: when the last mail of this call was begun, by a clock that only goes forward, in
            seconds. None: there was none.
        now: of the same clock.
        per_minute: the most mails in a minute; 0: no limit.
    """
    if last is None or not per_minute:
        return 0.0
    return max(0.0, last + _MINUTE_SECONDS / per_minute - now)


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
