"""Read what was posted by a mail provider, or in our own plain form; nothing in it is believed yet.

The plain form is `{"events": [{"type": "hard", "address": "ada@example.org", "message_id": "<...>",
"id": "7f3a", "at": "2026-03-23T06:00:00Z", "detail": "5.1.1"}]}`, or one such event.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from config.visible import one_line, shortened
from pipeline.publish.mail.report_mail import mail_named

#: characters of a name or detail that are kept
_LONGEST = 60
#: events of one request
_MOST = 5_000


class EventKind(StrEnum):
    """What became of a mail, or what its reader wants."""

    HARD = "hard"
    SOFT = "soft"
    COMPLAINT = "complaint"
    LEAVE = "leave"
    #: known, and of no effect: delivered, delayed, opened
    OTHER = "other"
    #: not known; it is counted and named
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Event:
    """One event."""

    kind: EventKind
    #: as the provider calls it, such as `postmark Bounce HardBounce`
    name: str
    #: of the recipient; empty: it has none
    address: str = ""
    #: `2026-W12.` and 40 digits, of a mail of ours; empty: it names none
    mail: str = ""
    #: the provider's own name of the mail, or of the event; the same each time it comes
    about: str = ""
    #: when it happened; None: it does not say
    at: datetime | None = None
    #: such as 5.1.1
    status: str = ""


Fields = Mapping[str, Any]

_PLAIN = {
    "hard": EventKind.HARD,
    "soft": EventKind.SOFT,
    "complaint": EventKind.COMPLAINT,
    "unsubscribe": EventKind.LEAVE,
    "delivered": EventKind.OTHER,
    "delayed": EventKind.OTHER,
}


def plain_events(document: object) -> Iterator[Event]:
    """Yield the events of our own form."""
    for fields in objects(document, "events") or objects(document, ""):
        kind = text(fields, "type")
        yield Event(
            _PLAIN.get(kind, EventKind.UNKNOWN),
            named("plain", kind),
            text(fields, "address"),
            mail_named(text(fields, "message_id")),
            text(fields, "id"),
            instant(fields.get("at")),
            named(text(fields, "detail")),
        )


def objects(document: object, key: str) -> Sequence[Fields]:
    """Return the objects of a list under a key; of the document itself for an empty key."""
    found = document if not key else document.get(key) if isinstance(document, Mapping) else None
    listed = found if isinstance(found, list) else [found]
    return [one for one in listed[:_MOST] if isinstance(one, Mapping)]


def text(fields: object, *path: str) -> str:
    """Return a text within objects; empty: there is none."""
    for key in path:
        fields = fields.get(key) if isinstance(fields, Mapping) else None
    return fields if isinstance(fields, str) else ""


def instant(given: object) -> datetime | None:
    """Return an instant, from ISO 8601 or seconds since 1970; None: it is neither."""
    try:
        if isinstance(given, str):
            moment = datetime.fromisoformat(given)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        if isinstance(given, int | float):
            return datetime.fromtimestamp(given, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def named(*parts: str) -> str:
    """Return what a provider calls something, short and on one line of visible ASCII."""
    joined = one_line(" ".join(part for part in parts if part))
    return shortened(joined.encode("ascii", "replace").decode("ascii"), _LONGEST)


Reader = Callable[[object], Iterator[Event]]
