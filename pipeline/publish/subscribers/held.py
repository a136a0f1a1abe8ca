"""Tell a person everything that is held of them."""

from datetime import datetime

from storage.store import Store
from storage.subscriber_types import Choices, Subscriber


def all_held(store: Store, person: Subscriber) -> dict[str, object]:
    """Return all that is held of a person, as values for JSON."""
    return {
        "address": person.address,
        "state": person.state.value,
        "paused_until": None if person.paused_until is None else str(person.paused_until),
        "choices": _choices(person.choices),
        "agreed_to": person.wording,
        "agreed_at": _instant(person.consented_at),
        "acts": [
            {
                "act": event.kind,
                "by": event.how.value,
                "at": _instant(event.happened_at),
                "agreed_to": event.wording,
                "choices": None if event.choices is None else _choices(event.choices),
            }
            for event in store.subscribers.events(person.subscriber_id)
        ],
        "confirmation_mails": [
            {
                "asked_at": _instant(one.asked_at),
                "state": one.state,
                "choices": _choices(one.choices),
                "agreed_to": one.wording,
            }
            for one in store.confirmations.of(person.subscriber_id)
        ],
        "mails": [
            {"issue": name, "outcome": outcome, "at": _instant(at)}
            for name, outcome, at in store.mailings.of(person.subscriber_id)
        ],
    }


def _choices(choices: Choices) -> dict[str, object]:
    return {
        "language": choices.language,
        "sections": list(choices.sections),
        "rhythm": choices.rhythm.value,
    }


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
