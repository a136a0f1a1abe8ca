"""Evaluate what is wrong, record what changed, and tell it in every way.

Each message is recorded before it is handed over and again with its outcome. If the process is
killed between, the message may have arrived or not: the next call repeats it once, with the same
ID. One call at a time does this.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.curated.title import survey_title
from pipeline.operate.alerts.causes.every import alarms_of
from pipeline.operate.alerts.changes import changes
from pipeline.operate.alerts.facts import FailingWay, read_facts
from pipeline.operate.alerts.message import write_message
from pipeline.operate.alerts.news import Parcel, is_due, parcels_for
from pipeline.operate.alerts.standing import Standing, standing_of
from pipeline.operate.alerts.unreadable import tell_readable, tell_unreadable
from pipeline.operate.alerts.ways.way import Told, Way
from pipeline.runtime.clock import WrongClockError, check_clock
from pipeline.runtime.record import exclusive
from pipeline.runtime.services import NoDatabaseError, Services, check_database
from storage.alert_types import AlertKind, AlertRow, NewAlertEvent
from storage.errors import StorageError, StoreBusyError
from storage.store import Store

#: the lock of those who tell
LOCK = "alerts"
#: all-clears that could not be told for so long are not told any more
_MEMORY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that was handed over, or not."""

    way: str
    outcome: AlertKind
    answer: str
    #: how many pieces of news it had
    news: int
    #: it may have arrived before
    repeated: bool


@dataclass(frozen=True, slots=True)
class AlertsReport:
    """What changed and what was told."""

    #: what changed: causes by kind, such as raised
    changed: dict[str, tuple[str, ...]]
    #: what stands now, accepted or not
    standing: tuple[AlertRow, ...]
    sent: tuple[Sent, ...]
    #: ways of the settings
    ways: tuple[str, ...]

    @property
    def exit_status(self) -> int:
        """0 if every message got through, else 1."""
        return int(any(one.outcome is not AlertKind.TOLD for one in self.sent))


def send_alerts(services: Services, ways: Sequence[Way]) -> AlertsReport:
    """Evaluate, record and tell.

    Args:
        services: of the survey.
        ways: of telling.

    Raises:
        AnotherRunError: another call does this now.
        NoDatabaseError: there is no survey here.
        WrongClockError: the clock cannot be right, so nothing can be judged by it.
        StorageError: the database cannot be read or written, which was told.
    """
    try:
        # Before the lock, whose directory would be made where a disk is absent.
        check_database(services.settings, create=False)
    except StorageError as error:
        tell_unreadable(services, ways, error)
        raise
    with exclusive(services.settings.database.path, LOCK):
        try:
            changed = _evaluate(services)
        except (NoDatabaseError, StoreBusyError, WrongClockError):
            raise
        except StorageError as error:
            tell_unreadable(services, ways, error)
            raise
        tell_readable(services, ways)
        sent = tuple(one for way in ways for one in _tell(services, way))
        with services.open_store() as store:
            standing = tuple(store.alerts.open())
    return AlertsReport(changed, standing, sent, tuple(way.name for way in ways))


def read_standing(store: Store, now: datetime) -> tuple[Standing, ...]:
    """Return the alarms that stand, or were over lately, with what was told of them."""
    return standing_of(store.alerts.events(now - _MEMORY))


def failing_ways(standing: Sequence[Standing], ways: Sequence[str] | None = None) -> tuple[
    FailingWay, ...
]:  # fmt: skip
    """Return the ways that did not work the last time.

    Args:
        standing: alarms with their deliveries.
        ways: that the settings name; None: all that were ever used.
    """
    found: dict[str, FailingWay] = {}
    for alarm in standing:
        for (seq, way), delivery in alarm.deliveries.items():
            if seq != alarm.last.seq or delivery.told or delivery.failing_since is None:
                continue
            if alarm.over is not None and not is_due(alarm, way):  # nothing is left to tell
                continue
            if ways is not None and way not in ways:
                continue
            one = FailingWay(way, delivery.failing_since, delivery.answer)
            before = found.get(way)
            if before is None or one.since < before.since:
                found[way] = one
    return tuple(found.values())


def _evaluate(services: Services) -> dict[str, tuple[str, ...]]:
    """Record what changed; return the causes by kind."""
    now, settings = services.clock(), services.settings.alerts
    with services.open_store() as store:
        check_clock(store, now)
        known = read_standing(store, now)
        facts = read_facts(
            services,
            store,
            standing={one.cause for one in known if one.over is None},
            ways=failing_ways(known, way_names(services)),
        )
        found = changes(alarms_of(facts, settings), known, facts, repeat_days=settings.repeat_days)
        store.alerts.add(found)
    by_kind: dict[str, list[str]] = {}
    for event in found:
        by_kind.setdefault(event.kind.value, []).append(event.cause)
    return {kind: tuple(causes) for kind, causes in by_kind.items()}


def way_names(services: Services) -> tuple[str, ...]:
    """Return the names of the ways that the settings have."""
    alerts = services.settings.alerts
    return (
        *(f"mail {address}" for address in alerts.mail_to),
        *(("webhook",) if alerts.webhook_url else ()),
        *(("command",) if alerts.command else ()),
    )


def _tell(services: Services, way: Way) -> list[Sent]:
    now = services.clock()
    with services.open_store() as store:
        known = read_standing(store, now)
    parcels = parcels_for(way.name, known)
    return [_hand_over(services, way, parcel, known, now) for parcel in parcels]


def _hand_over(
    services: Services, way: Way, parcel: Parcel, known: Sequence[Standing], now: datetime
) -> Sent:
    """Record the attempt, tell, record the outcome."""
    inside = {item.alarm.alarm for item in parcel.items}
    others = sum(
        one.over is None and one.accepted is None and one.alarm not in inside for one in known
    )
    title = survey_title(services.settings.survey)
    message = write_message(title, parcel, now, standing=others)
    _record(services, way, parcel, message.id, Told(AlertKind.TELLING))
    told = way.tell(message)
    _record(services, way, parcel, message.id, told)
    return Sent(way.name, told.outcome, told.answer, len(parcel.items), bool(parcel.repeats))


def _record(services: Services, way: Way, parcel: Parcel, message: str, told: Told) -> None:
    at = services.clock()
    events = [
        NewAlertEvent(
            told.outcome,
            item.alarm.cause,
            at,
            alarm=item.alarm.alarm,
            about=item.event.seq,
            way=way.name,
            message=message,
            detail=told.answer,
        )
        for item in parcel.items
    ]
    with services.open_store() as store:
        store.alerts.add(events)
