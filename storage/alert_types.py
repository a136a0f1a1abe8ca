"""Records of alarms and of what was told about them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AlertKind(StrEnum):
    """What happened to an alarm."""

    RAISED = "raised"
    #: it became at least twice as bad
    WORSE = "worse"
    #: it still stands after the interval of the settings
    REPEATED = "repeated"
    CLEARED = "cleared"
    #: over without an all-clear: the survey ended, or no one watches it any more
    ENDED = "ended"
    #: by a person
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    #: a message is being handed over
    TELLING = "telling"
    TOLD = "told"
    #: it certainly did not arrive
    FAILED = "failed"
    #: it may have arrived
    UNCERTAIN = "uncertain"


#: that are told
NEWS = frozenset({AlertKind.RAISED, AlertKind.WORSE, AlertKind.REPEATED, AlertKind.CLEARED})
#: after which an alarm stands no more
OVER = frozenset({AlertKind.CLEARED, AlertKind.ENDED})
#: of one message by one way
DELIVERY = frozenset({AlertKind.TELLING, AlertKind.TOLD, AlertKind.FAILED, AlertKind.UNCERTAIN})


@dataclass(frozen=True, slots=True)
class NewAlertEvent:
    """An event that is to be recorded; see `alert_event` for the fields."""

    kind: AlertKind
    cause: str
    at: datetime
    #: None: this event raises it
    alarm: int | None = None
    level: int = 0
    sentence: str = ""
    remedy: str = ""
    about: int | None = None
    way: str = ""
    message: str = ""
    person: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """A recorded event."""

    seq: int
    alarm: int
    kind: AlertKind
    cause: str
    at: datetime
    level: int
    sentence: str
    remedy: str
    about: int | None
    way: str
    message: str
    person: str
    detail: str


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One row of the view `alerts`."""

    alert_id: int
    cause: str
    sentence: str
    remedy: str
    #: standing, accepted or over
    status: str
    raised_at: datetime
    told_at: datetime | None
    accepted_by: str | None
    reason: str | None
    over_at: datetime | None
