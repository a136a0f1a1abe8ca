"""Say in a sentence how many papers wait: the likely ones first."""

from datetime import date, timedelta

from config.schema import Settings
from storage.queue_filter import QueueLimits, QueueTally

_WEEK = timedelta(days=6)


def limits_of(settings: Settings) -> QueueLimits:
    """Return the limits that divide the queue."""
    review = settings.review
    return QueueLimits(review.likely_from / 100, review.set_aside_below / 100)


def queue_sentence(tally: QueueTally, limits: QueueLimits, today: date) -> str:
    """Return "12 likely today, 31 this week, 1,570 above 50 %, 2,512 set aside below 10 %".

    If the newest announcement with a waiting paper is older than `today`, its day is named.
    """
    if not tally.whole:
        return "no paper waits"
    parts = [f"{tally.above_limit:,} above {limits.likely_from * 100:g} %"]
    if tally.newest_day is not None:
        newest = tally.newest_day
        current = newest >= today
        parts = [
            f"{tally.likely_today:,} likely {'today' if current else f'of {newest:%d %B}'}",
            f"{tally.likely_week:,} {'this week' if current else f'since {newest - _WEEK:%d %B}'}",
            *parts,
        ]
    if limits.set_aside_below:
        parts.append(f"{tally.set_aside:,} set aside below {limits.set_aside_below * 100:g} %")
    return ", ".join(parts)
