"""Tell how one person stands from their acts, as the view `subscribers` does for all.

The view takes longer to plan than to run, and a page about one person asks for it each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from storage.engine.instants import from_utc
from storage.engine.session import Row
from storage.subscriber_rows import choices_of
from storage.subscriber_types import Choices, Subscriber, SubscriberState

_JOINED = {"confirmed", "imported"}
_DEPARTED = {"left", "deleted"}


@dataclass(slots=True)
class _Last:
    """What the acts read so far leave."""

    joined: int = 0
    departed: int = 0
    paused: int = 0
    resumed: int = 0
    kinds: set[str] = field(default_factory=set)
    paused_until: date | None = None
    choices: Choices | None = None
    consent: tuple[str | None, str | None, datetime | None] = (None, None, None)


def subscriber_from(
    subscriber_id: str, acts: Sequence[Row], contact: tuple[str, str] | None
) -> Subscriber | None:
    """Return a person, or None without any act.

    Args:
        subscriber_id: of the person.
        acts: rows of `subscriber_event`: seq, kind, happened_at, consent_id, wording, consented_at,
            language, sections, rhythm and paused_until.
        contact: the address and its key; None: erased.
    """
    if not acts:
        return None
    last = _Last()
    for seq, kind, _, *stated in sorted(acts, key=lambda act: int(act[0])):
        _follow(last, seq, kind, stated)
    state = _state(last)
    times = [act[2] for act in acts]
    consent_id, wording, consented_at = last.consent
    return Subscriber(
        subscriber_id=subscriber_id,
        state=state,
        address=contact[0] if contact else None,
        choices=last.choices or Choices(),
        first_at=from_utc(min(times)),
        last_at=from_utc(max(times)),
        wording=wording,
        consented_at=from_utc(consented_at),
        address_key=contact[1] if contact else None,
        consent_id=consent_id,
        paused_until=last.paused_until if state is SubscriberState.PAUSED else None,
    )


def _follow(last: _Last, seq: int, kind: str, stated: Sequence[Any]) -> None:
    consent_id, wording, consented_at, language, sections, rhythm, paused_until = stated
    last.kinds.add(kind)
    if kind in _JOINED:
        last.joined = seq
    elif kind in _DEPARTED:
        last.departed = seq
    elif kind == "paused":
        last.paused, last.paused_until = seq, paused_until
    elif kind == "resumed":
        last.resumed = seq
    last.choices = choices_of(language, sections, rhythm) or last.choices
    if consent_id is not None:
        last.consent = (consent_id, wording, consented_at)


def _state(last: _Last) -> SubscriberState:
    if "deleted" in last.kinds:
        return SubscriberState.DELETED
    if last.joined > last.departed:
        paused = last.paused > max(last.resumed, last.joined)
        return SubscriberState.PAUSED if paused else SubscriberState.CONFIRMED
    if last.departed:
        return SubscriberState.LEFT
    return SubscriberState.EXPIRED if "expired" in last.kinds else SubscriberState.WAITING
