"""Decide which addresses get no more mail, from everything that was reported of them.

The answer depends on the set of events alone: repeated ones and their order do not matter. What a
person lifts is lifted by name, so that a later report of the same bounce does not bring it back.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from storage.mail_types import SuppressionEvent, SuppressionKind

#: the gravest first
_ORDER = (
    SuppressionKind.COMPLAINT,
    SuppressionKind.MANUAL,
    SuppressionKind.HARD,
    SuppressionKind.SOFT,
)


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
    events: Iterable[SuppressionEvent], *, soft_bounces: int
) -> Mapping[str, Suppressed]:
    """Return the addresses that get no more mail, by their key.

    Args:
        events: in any order, repeated or not.
        soft_bounces: so many of them count as one reason.
    """
    unique = {event.event_id: event for event in events}
    lifted = {one for event in unique.values() for one in event.lifts}
    standing: dict[str, list[SuppressionEvent]] = defaultdict(list)
    for event in sorted(unique.values(), key=lambda one: (one.at, one.event_id)):
        if event.kind is not SuppressionKind.LIFTED and event.event_id not in lifted:
            standing[event.address_key].append(event)
    found = {key: _judged(key, those, soft_bounces) for key, those in standing.items()}
    return {key: one for key, one in sorted(found.items()) if one is not None}


def event_id(address_key: str, kind: SuppressionKind, about: str) -> str:
    """Return the ID of a report; `about` names the mail or the act that it is about."""
    text = f"{address_key}\0{kind.value}\0{about}"
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _judged(key: str, those: list[SuppressionEvent], soft_bounces: int) -> Suppressed | None:
    for kind in _ORDER:
        of_kind = [one for one in those if one.kind is kind]
        enough = soft_bounces if kind is SuppressionKind.SOFT else 1
        if len(of_kind) >= enough:
            first = of_kind[enough - 1]
            ids = tuple(sorted(one.event_id for one in those))
            return Suppressed(key, kind, first.at, first.detail, ids)
    return None
