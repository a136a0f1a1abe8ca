"""Decide what is new, worse, still there or over; nothing is read or written."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from pipeline.ingest.ledger import WATCHED_DAYS
from pipeline.operate.alerts.alarm import Alarm
from pipeline.operate.alerts.facts import Facts
from pipeline.operate.alerts.standing import Standing
from storage.alert_types import AlertKind, NewAlertEvent

#: from this multiple of the level that was told last an alarm counts as worse
_WORSE = 2
#: what was recorded so far ahead was recorded with a wrong clock
_AHEAD = timedelta(days=1)


def changes(
    alarms: Iterable[Alarm], standing: Iterable[Standing], facts: Facts, *, repeat_days: int
) -> tuple[NewAlertEvent, ...]:
    """Return what is to be recorded.

    Args:
        alarms: what is wrong now.
        standing: alarms as they stand; those that are over are passed over.
        facts: what the alarms were judged by.
        repeat_days: after so many days an alarm that stands counts as news again.
    """
    present = {alarm.cause: alarm for alarm in alarms}
    known = {one.cause: one for one in standing if one.over is None}
    return (*_begun(present, known, facts.now, repeat_days), *_ended(present, known, facts))


def _begun(
    present: Mapping[str, Alarm], known: Mapping[str, Standing], now: datetime, repeat_days: int
) -> Iterator[NewAlertEvent]:
    for cause, alarm in present.items():
        before = known.get(cause)
        if before is None:
            yield _event(AlertKind.RAISED, alarm, now, None)
        elif alarm.level >= _WORSE * before.last.level:
            yield _event(AlertKind.WORSE, alarm, now, before.alarm)
        elif before.accepted is None and _is_due(before.last.at, now, repeat_days):
            yield _event(AlertKind.REPEATED, alarm, now, before.alarm)


def _is_due(last: datetime, now: datetime, repeat_days: int) -> bool:
    """Return whether to tell an alarm again; what a clock told ahead would mute it until then."""
    return now - last >= timedelta(days=repeat_days) or last - now > _AHEAD


def _event(kind: AlertKind, alarm: Alarm, now: datetime, number: int | None) -> NewAlertEvent:
    return NewAlertEvent(
        kind,
        alarm.cause,
        now,
        alarm=number,
        level=alarm.level,
        sentence=alarm.sentence,
        remedy=alarm.remedy,
    )


def _ended(
    present: Mapping[str, Alarm], known: Mapping[str, Standing], facts: Facts
) -> Iterator[NewAlertEvent]:
    for cause, before in known.items():
        if cause in present:
            continue
        why = _why_unwatched(cause, facts)
        yield NewAlertEvent(
            AlertKind.ENDED if why else AlertKind.CLEARED,
            cause,
            facts.now,
            alarm=before.alarm,
            sentence=before.last.sentence,
            detail=why,
        )


def _why_unwatched(cause: str, facts: Facts) -> str:
    """Return why no one can say that it is over; empty: it is."""
    if facts.over:
        return "the survey ended"
    kind, _, about = cause.partition(":")
    if kind == "day" and date.fromisoformat(about) < facts.today - timedelta(days=WATCHED_DAYS):
        return f"the day is older than {WATCHED_DAYS} days"
    return ""
