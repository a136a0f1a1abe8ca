"""What is recorded of mails: who was to get an issue, and what became of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class MailKind(StrEnum):
    """What happened to one recipient's mail; the last of them is how it stands."""

    #: about to be handed over; without anything after it, it is not known whether it was
    HANDING_OVER = "handing over"
    SENT = "sent"
    SUPPRESSED = "suppressed"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    #: a person decided that an uncertain or failed one is to be tried again
    AGAIN = "again"
    #: of no recipient: what is sent from here on differs from what was fixed; see `editions`
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class MailEvent:
    """One event of one recipient."""

    #: number in its journal, from 1
    n: int
    subscriber_id: str
    kind: MailKind
    at: datetime
    #: why, without any address; a server's answer or one word such as `left`
    detail: str = ""
    #: of the server's answer; 0: there was none
    code: int = 0
    #: of `failed`: the server may take it later
    temporary: bool = False


@dataclass(frozen=True, slots=True)
class FrozenRecipient:
    """Somebody who was confirmed when an issue's recipients were fixed, without the address."""

    subscriber_id: str
    address_key: str
    language: str
    #: section IDs; empty: all
    sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mailing:
    """An issue, or the issues of a month, as they go to a fixed set of recipients."""

    #: `2026-W12`, or `2026-03`
    name: str
    #: random, of this set
    mailing_id: str
    frozen_at: datetime
    #: the ISO weeks whose issues are in it
    weeks: tuple[str, ...]
    #: one sha256 for the files that it is made of
    digest: str
    recipients: tuple[FrozenRecipient, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordedMailing:
    """A mailing and its events, in order."""

    mailing: Mailing
    events: Sequence[MailEvent]


class SuppressionKind(StrEnum):
    """Why an address gets no more mail."""

    #: the address does not exist, said a mail server
    HARD = "hard"
    #: it could not be reached for the moment; only several of them count
    SOFT = "soft"
    #: its owner called a mail spam
    COMPLAINT = "complaint"
    #: an operator entered it
    MANUAL = "manual"
    #: an operator took back the events it names
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class SuppressionEvent:
    """One reason, or its end. The same event has the same ID however often it is reported."""

    event_id: str
    address_key: str
    kind: SuppressionKind
    at: datetime
    #: `bounce`, `report`, `server`, `webhook` or `command`
    source: str
    #: without any address
    detail: str = ""
    #: of `lifted`: IDs of events
    lifts: tuple[str, ...] = ()


#: outcome -> recipients; `pending`: not tried yet
Counts = Mapping[str, int]
