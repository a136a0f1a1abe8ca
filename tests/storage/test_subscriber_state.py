"""A person read alone stands as in the view of all."""

from datetime import date, datetime, timedelta
from itertools import count, product

from storage.store import Store
from storage.subscriber_types import Choices, How, Rhythm

_KINDS = ("asked", "confirmed", "imported", "chosen", "paused", "resumed", "left", "deleted")
_CONSENT = {"confirmed", "imported"}


def test_person_stands_alone_as_in_the_view_of_all(store: Store, now: datetime) -> None:
    histories = {
        *product((*_KINDS, "expired"), repeat=2),
        *(("confirmed", *rest) for rest in product(_KINDS, repeat=3)),
    }
    numbers = count()
    with store.transaction():
        for history in histories:
            for kind in history:
                number = next(numbers)
                store.subscribers.record(
                    "-".join(history),
                    kind,
                    How.PAGE,
                    # also backwards: the order of acts is that of their numbers
                    now + timedelta(minutes=number * 7 % 11),
                    choices=Choices("en" if number % 2 else "zh", (f"s{number}",), Rhythm.WEEKLY)
                    if kind in {*_CONSENT, "chosen"}
                    else None,
                    consent_id=f"consent-{number}" if kind in _CONSENT else None,
                    wording=f"wording {number}" if kind in _CONSENT else None,
                    paused_until=date(2026, 4, 1 + number % 28)
                    if kind == "paused" and number % 3
                    else None,
                )
    all_of_them = store.subscribers.all()
    assert len(all_of_them) == len(histories)
    assert len({one.state for one in all_of_them}) == 6
    for one in all_of_them:
        assert store.subscribers.get(one.subscriber_id) == one
    assert store.subscribers.get("unknown") is None
