"""Make people and their acts of rows of the database."""

from collections.abc import Iterable

from storage.engine.instants import from_utc
from storage.engine.session import Row
from storage.subscriber_types import (
    Choices,
    How,
    Rhythm,
    Subscriber,
    SubscriberEvent,
    SubscriberState,
)


def subscriber_of(row: Row) -> Subscriber:
    """Return a person of a row of the view `subscribers`."""
    subscriber_id, state, address, language, sections, rhythm, *rest = row
    first_at, last_at, wording, consented_at, address_key, consent_id, paused_until = rest
    return Subscriber(
        subscriber_id=subscriber_id,
        state=SubscriberState(state),
        address=address,
        choices=choices_of(language, sections, rhythm) or Choices(),
        first_at=from_utc(first_at),
        last_at=from_utc(last_at),
        wording=wording,
        consented_at=from_utc(consented_at),
        address_key=address_key,
        consent_id=consent_id,
        paused_until=paused_until,
    )


def choices_of(
    language: str | None, sections: Iterable[str] | None, rhythm: str | None
) -> Choices | None:
    """Return what a row states, or None if it states nothing."""
    if language is None or rhythm is None:
        return None
    return Choices(language, tuple(sections or ()), Rhythm(rhythm))


def event_of(row: Row) -> SubscriberEvent:
    """Return an act of a row of `subscriber_event`."""
    kind, how, happened_at, consent_id, wording, consented_at, *chosen, person = row
    return SubscriberEvent(
        kind,
        How(how),
        from_utc(happened_at),
        consent_id,
        wording,
        from_utc(consented_at),
        choices_of(*chosen),
        person,
    )
