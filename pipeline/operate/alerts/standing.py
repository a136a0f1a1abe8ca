"""Derive from recorded events how alarms stand and what was told of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from storage.alert_types import DELIVERY, NEWS, OVER, AlertEvent, AlertKind

#: a message that may have arrived is handed over once more, and then no more
MOST_UNCERTAIN = 2


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one event by one way."""

    told: bool = False
    #: how often it may have arrived
    uncertain: int = 0
    #: the message of the last attempt
    message: str = ""
    #: the last answer
    answer: str = ""
    #: when the first attempt since the last success failed; None: the last one did not
    failing_since: datetime | None = None

    @property
    def may_be_known(self) -> bool:
        """Whether the operator has it, perhaps."""
        return self.told or self.uncertain > 0

    @property
    def done(self) -> bool:
        """Whether it is not handed over again."""
        return self.told or self.uncertain >= MOST_UNCERTAIN


@dataclass(frozen=True, slots=True)
class Standing:
    """One alarm after all its events."""

    alarm: int
    cause: str
    raised_at: datetime
    #: raised, worse, repeated, cleared; oldest first
    news: tuple[AlertEvent, ...]
    #: an acceptance that stands
    accepted: AlertEvent | None = None
    #: it ended
    over: AlertEvent | None = None
    #: by seq of the event and way
    deliveries: dict[tuple[int, str], Delivery] = field(default_factory=dict)

    @property
    def last(self) -> AlertEvent:
        """The last event that counts as news."""
        return self.news[-1]

    def delivery(self, seq: int, way: str) -> Delivery:
        """Return what became of an event by a way."""
        return self.deliveries.get((seq, way), Delivery())

    def known_by(self, way: str) -> bool:
        """Say whether any news of it before the last may be known by a way."""
        return any(self.delivery(one.seq, way).may_be_known for one in self.news[:-1])


def standing_of(events: Iterable[AlertEvent]) -> tuple[Standing, ...]:
    """Return every alarm of these events, the oldest first."""
    grouped: dict[int, list[AlertEvent]] = {}
    for event in events:
        grouped.setdefault(event.alarm, []).append(event)
    return tuple(_standing(found) for found in grouped.values())


def _standing(events: list[AlertEvent]) -> Standing:
    accepted: AlertEvent | None = None
    over: AlertEvent | None = None
    for event in events:
        if event.kind is AlertKind.ACCEPTED:
            accepted = event
        elif event.kind in {AlertKind.WITHDRAWN, AlertKind.WORSE}:
            accepted = None
        elif event.kind in OVER:
            over = event
    first = events[0]
    return Standing(
        first.alarm,
        first.cause,
        first.at,
        tuple(event for event in events if event.kind in NEWS),
        accepted,
        over,
        _deliveries(events),
    )


def _deliveries(events: Iterable[AlertEvent]) -> dict[tuple[int, str], Delivery]:
    found: dict[tuple[int, str], Delivery] = {}
    for event in events:
        if event.kind not in DELIVERY or event.about is None:
            continue
        key = (event.about, event.way)
        found[key] = _after(found.get(key, Delivery()), event)
    return found


def _after(before: Delivery, event: AlertEvent) -> Delivery:
    """Return a delivery after one more event.

    What is being handed over counts as uncertain until its outcome is recorded, so that it stays
    uncertain where the process was killed.
    """
    if event.kind is AlertKind.TELLING:
        return Delivery(
            before.told,
            before.uncertain + 1,
            event.message,
            before.answer,
            before.failing_since,
        )
    if event.kind is AlertKind.UNCERTAIN:
        return Delivery(before.told, before.uncertain, event.message, event.detail)
    uncertain = before.uncertain - 1
    if event.kind is AlertKind.TOLD:
        return Delivery(told=True, uncertain=uncertain, message=event.message, answer=event.detail)
    since = before.failing_since or event.at
    return Delivery(before.told, uncertain, event.message, event.detail, since)
