"""Say of every recipient of a mailing what became of the mail; nothing is read or written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.mail_types import FrozenRecipient, MailEvent, MailKind, RecordedMailing

#: recorded of a mail that was begun when its process ended
INTERRUPTED = "interrupted"


class Outcome(StrEnum):
    """How one recipient's mail stands."""

    SENT = "sent"
    SUPPRESSED = "suppressed"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    #: not tried yet
    PENDING = "pending"


_OF_KIND: Mapping[MailKind, Outcome] = {
    MailKind.HANDING_OVER: Outcome.UNCERTAIN,
    MailKind.SENT: Outcome.SENT,
    MailKind.SUPPRESSED: Outcome.SUPPRESSED,
    MailKind.FAILED: Outcome.FAILED,
    MailKind.UNCERTAIN: Outcome.UNCERTAIN,
    MailKind.AGAIN: Outcome.PENDING,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How one recipient's mail stands, and why."""

    recipient: FrozenRecipient
    outcome: Outcome
    #: the last event; None: there was none
    last: MailEvent | None = None
    #: how often the server put it off since it was last asked for
    put_off: int = 0

    @property
    def temporary(self) -> bool:
        """Whether it failed only for the moment."""
        return self.last is not None and self.last.temporary


@dataclass(frozen=True, slots=True)
class Receipt:
    """A mailing with the standing of every recipient, in the order of sending."""

    name: str
    weeks: tuple[str, ...]
    frozen_at: datetime
    standings: tuple[Standing, ...]

    def counts(self) -> dict[Outcome, int]:
        """Return how many recipients stand how; their sum is the number of recipients."""
        counted = Counter(one.outcome for one in self.standings)
        return {outcome: counted[outcome] for outcome in Outcome}

    def to_try(self, attempts: int) -> tuple[Standing, ...]:
        """Return whom the next call tries: not tried, or put off in fewer than so many calls."""
        return tuple(
            one
            for one in self.standings
            if one.outcome is Outcome.PENDING
            or (one.outcome is Outcome.FAILED and one.temporary and one.put_off < attempts)
        )

    @property
    def interrupted(self) -> tuple[Standing, ...]:
        """Mails that were begun when a process ended, and are not recorded as uncertain yet."""
        return tuple(
            one
            for one in self.standings
            if one.last is not None and one.last.kind is MailKind.HANDING_OVER
        )

    def identity(self) -> str:
        """Return the sum, such as `412 confirmed = 398 sent + 9 suppressed + ...`."""
        return identity_of({one.value: number for one, number in self.counts().items()})


def identity_of(counts: Mapping[str, int]) -> str:
    """Return the sum of outcomes as a sentence."""
    parts = [
        f"{counts[one]:,} {one}"
        for one in (Outcome.SENT, Outcome.SUPPRESSED, Outcome.FAILED, Outcome.UNCERTAIN)
    ]
    if counts[Outcome.PENDING]:
        parts.append(f"{counts[Outcome.PENDING]:,} not tried yet")
    total = sum(counts[one] for one in Outcome)
    return f"{total:,} confirmed = {' + '.join(parts)}"


def receipt_of(recorded: RecordedMailing) -> Receipt:
    """Return how every recipient stands after all events."""
    mailing = recorded.mailing
    last, put_off = _last(recorded.events)
    return Receipt(
        mailing.name,
        mailing.weeks,
        mailing.frozen_at,
        tuple(_standing(one, last, put_off) for one in mailing.recipients),
    )


def _last(events: Sequence[MailEvent]) -> tuple[dict[str, MailEvent], Counter[str]]:
    last: dict[str, MailEvent] = {}
    put_off: Counter[str] = Counter()
    for event in events:
        if event.kind is MailKind.CORRECTED:
            continue
        last[event.subscriber_id] = event
        if event.kind is MailKind.AGAIN:
            put_off[event.subscriber_id] = 0
        elif event.kind is MailKind.FAILED and event.temporary:
            put_off[event.subscriber_id] += 1
    return last, put_off


def _standing(
    recipient: FrozenRecipient, last: Mapping[str, MailEvent], put_off: Counter[str]
) -> Standing:
    event = last.get(recipient.subscriber_id)
    if event is None:
        return Standing(recipient, Outcome.PENDING)
    return Standing(recipient, _OF_KIND[event.kind], event, put_off[recipient.subscriber_id])
