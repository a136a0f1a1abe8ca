"""What is recorded of people who receive the digest by mail."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Rhythm(StrEnum):
    """How often somebody receives mail."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"


class SubscriberState(StrEnum):
    """How a person stands."""

    #: asked, and has not confirmed yet
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    #: confirmed, and receives nothing until they resume
    PAUSED = "paused"
    LEFT = "left"
    #: the address is erased
    DELETED = "deleted"
    #: asked and did not confirm in time; the address is erased
    EXPIRED = "expired"


class How(StrEnum):
    """By which way a person, or somebody for them, acted."""

    PAGE = "page"
    #: RFC 8058
    ONE_CLICK = "one-click"
    #: a message to the unsubscribe address
    MAIL = "mail"
    COMMAND = "command"
    #: an older database was put in place of the one that recorded it
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person wants to receive."""

    language: str = "en"
    #: section IDs; empty: all
    sections: tuple[str, ...] = ()
    rhythm: Rhythm = Rhythm.WEEKLY


@dataclass(frozen=True, slots=True)
class Recipient:
    """A confirmed person who is to receive mail."""

    subscriber_id: str
    address: str
    language: str
    #: section IDs; empty: all
    sections: tuple[str, ...]
    rhythm: Rhythm
    #: see `pipeline.publish.subscribers.address.address_key`
    address_key: str


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One person, as they stand."""

    subscriber_id: str
    state: SubscriberState
    #: None: erased
    address: str | None
    choices: Choices
    #: when they first asked or were imported
    first_at: datetime
    last_at: datetime
    #: of a person who confirmed or was imported: what they agreed to, and when
    wording: str | None = None
    consented_at: datetime | None = None
    address_key: str | None = field(default=None, repr=False)
    #: of the consent that stood last
    consent_id: str | None = None
    #: of a paused person: the day (UTC) on which mail comes again; None: when they resume
    paused_until: date | None = None

    @property
    def is_subscribed(self) -> bool:
        """Whether a consent stands."""
        return self.state in {SubscriberState.CONFIRMED, SubscriberState.PAUSED}


@dataclass(frozen=True, slots=True)
class SubscriberEvent:
    """One act of or for a person."""

    kind: str
    how: How
    happened_at: datetime
    consent_id: str | None = None
    wording: str | None = None
    consented_at: datetime | None = None
    choices: Choices | None = None
    #: who called the command
    person: str | None = None


@dataclass(frozen=True, slots=True)
class OptInRequest:
    """Somebody asked that an address receives mail; its owner must still confirm."""

    confirmation_id: str
    #: of the person, if the address is new
    subscriber_id: str
    address: str
    address_key: str
    #: as `address_key`, of the mailbox that tagged addresses share
    mailbox_key: str
    #: salted hash of the network that asked; None: a command
    network_key: str | None
    choices: Choices
    #: the sentence that was agreed to
    wording: str
    how: How = How.PAGE
    #: as `mailbox_key`, of the domain; None: it is not counted
    domain_key: str | None = None


@dataclass(frozen=True, slots=True)
class OptInLimits:
    """How many confirmation mails may be asked for, because the pages are open to everybody."""

    #: to one mailbox within 24 hours
    per_mailbox: int = 3
    #: by one network within an hour
    per_network: int = 20
    #: by all within an hour
    in_all: int = 300
    #: to one domain within an hour
    per_domain: int = 60


class Asked(StrEnum):
    """What became of a request."""

    QUEUED = "queued"
    #: enough mail went to this mailbox; the person who asks is not told
    MAILBOX_LIMIT = "mailbox limit"
    NETWORK_LIMIT = "network limit"
    TOTAL_LIMIT = "total limit"
    DOMAIN_LIMIT = "domain limit"
    #: its owner wants no such mail; the person who asks is not told
    DECLINED = "declined"


class ConfirmationKind(StrEnum):
    """What the mail says."""

    CONFIRM = "confirm"
    #: the address is subscribed already; the mail links its preferences
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A confirmation mail that waits to be sent, or was."""

    confirmation_id: str
    subscriber_id: str
    kind: ConfirmationKind
    #: None: erased
    address: str | None
    address_key: str | None
    choices: Choices
    wording: str
    asked_at: datetime
    #: waiting, begun, sent, failed or uncertain
    state: str = "waiting"


class Confirmed(StrEnum):
    """What became of a person's confirmation."""

    DONE = "done"
    ALREADY = "already"
    #: too old, used before, or its address was erased
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Imported:
    """How many of the given people were added."""

    added: int
    #: they have a standing consent
    present: int
    #: they left or had their data deleted, so only they can come back
    departed: int
