"""Decide which addresses get no more mail, from everything that was reported of them.

The answer depends on the set of events alone: repeated ones and their order do not matter. What a
person lifts is lifted by name, so that a later report of the same bounce does not bring it back.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.mail_types import SuppressionEvent, SuppressionKind

#: the gravest first
_ORDER = (
    SuppressionKind.COMPLAINT,
    SuppressionKind.MANUAL,
    SuppressionKind.HARD,
    SuppressionKind.SOFT,
)
#: servers try that long; a mail that is not reported by then has arrived
_TRIED_FOR = timedelta(days=5)
#: soft bounces that lie further apart do not add up
_FORGOTTEN = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An address that gets no more mail."""

    address_key: str
    #: the gravest of the reasons
    kind: SuppressionKind
    since: datetime
    detail: str
    #: IDs of all events that stand against it
    events: tuple[str, ...]


def suppressed(
    events: Iterable[SuppressionEvent],
    *,
    soft_bounces: int,
    sent: Mapping[str, Sequence[datetime]] | None = None,
) -> Mapping[str, Suppressed]:
    """Return the addresses that get no more mail, by their key.

    Args:
        events: in any order, repeated or not.
        soft_bounces: so many issues in a row that did not arrive count as one reason.
        sent: by key, when servers took mails to the address. One that no soft bounce follows
            within five days has arrived, and the count begins anew.
    """
    unique = {event.event_id: event for event in events}
    lifted = {one for event in unique.values() for one in event.lifts}
    standing: dict[str, list[SuppressionEvent]] = defaultdict(list)
    for event in sorted(unique.values(), key=lambda one: (one.at, one.event_id)):
        if event.kind is not SuppressionKind.LIFTED and event.event_id not in lifted:
            standing[event.address_key].append(event)
    found = {
        key: _judged(key, those, soft_bounces, (sent or {}).get(key, ()))
        for key, those in standing.items()
    }
    return {key: one for key, one in sorted(found.items()) if one is not None}


def often_soft(events: Iterable[SuppressionEvent], soft_bounces: int) -> tuple[str, ...]:
    """Return the keys of addresses for which it matters what was sent to them."""
    ids = defaultdict(set)
    for event in events:
        if event.kind is SuppressionKind.SOFT:
            ids[event.address_key].add(event.event_id)
    return tuple(sorted(key for key, those in ids.items() if len(those) >= soft_bounces))


def event_id(address_key: str, kind: SuppressionKind, about: str) -> str:
    """Return the ID of a report; `about` names the mail or the act that it is about."""
    text = f"{address_key}\0{kind.value}\0{about}"
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _judged(
    key: str, those: list[SuppressionEvent], soft_bounces: int, sent: Sequence[datetime]
) -> Suppressed | None:
    for kind in _ORDER:
        of_kind = [one for one in those if one.kind is kind]
        if kind is SuppressionKind.SOFT:
            first = _deciding(of_kind, soft_bounces, sent)
        else:
            first = of_kind[0] if of_kind else None
        if first is not None:
            ids = tuple(sorted(one.event_id for one in those))
            return Suppressed(key, kind, first.at, first.detail, ids)
    return None


def _deciding(
    soft: Sequence[SuppressionEvent], soft_bounces: int, sent: Sequence[datetime]
) -> SuppressionEvent | None:
    """Return the soft bounce with which so many in a row are there; None: there are not."""
    number, reported = 0, True
    before: datetime | None = None  # the last mail that was sent
    last: datetime | None = None  # the last soft bounce
    acts = sorted([*((at, None) for at in sent), *((one.at, one) for one in soft)], key=_in_time)
    for at, event in acts:
        if event is None:
            if before is not None and not reported and at - before >= _TRIED_FOR:
                number = 0
            before, reported = at, False
            continue
        if last is not None and at - last > _FORGOTTEN:
            number = 0
        number, last, reported = number + 1, at, True
        if number >= soft_bounces:
            return event
    return None


def _in_time(act: tuple[datetime, SuppressionEvent | None]) -> tuple[datetime, str]:
    at, event = act
    return at, "" if event is None else event.event_id
