"""Choose what each way still has to tell; nothing is read or written."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.operate.alerts.standing import Standing
from storage.alert_types import AlertEvent, AlertKind


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of news about one alarm."""

    alarm: Standing
    event: AlertEvent


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one message tells."""

    items: tuple[Item, ...]
    #: the ID of the message that may have arrived; empty: it is a new one
    repeats: str = ""


def parcels_for(way: str, standing: Iterable[Standing]) -> tuple[Parcel, ...]:
    """Return what a way has to tell, first what may have arrived already, each as it was sent.

    Of an alarm only the last news counts. What ended before it was told is not told at all.
    """
    again: dict[str, list[Item]] = {}
    new: list[Item] = []
    for alarm in standing:
        if not is_due(alarm, way):
            continue
        item = Item(alarm, alarm.last)
        before = alarm.delivery(alarm.last.seq, way)
        if before.uncertain:
            again.setdefault(before.message, []).append(item)
        else:
            new.append(item)
    repeated = (Parcel(tuple(items), message) for message, items in again.items())
    return (*repeated, *((Parcel(tuple(new)),) if new else ()))


def is_due(alarm: Standing, way: str) -> bool:
    """Return whether a way has still to tell the last news of an alarm."""
    if alarm.delivery(alarm.last.seq, way).done:
        return False
    if alarm.over is not None:
        return alarm.over.kind is AlertKind.CLEARED and alarm.known_by(way)
    return alarm.accepted is None
