"""Read what comes to the bounce address: reports of failed deliveries, complaints, wishes to leave.

A delivery report is RFC 3464, a complaint RFC 5965; some servers write plain text instead. A report
names the mail by its Message-ID, which no other person can know, so that it cannot be forged.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from enum import StrEnum

#: bytes of a message that are read
MOST_BYTES = 1_000_000
_MESSAGE_ID = re.compile(r"<(\d{4}-(?:W\d{2}|\d{2})\.[0-9a-f]{40})@[A-Za-z0-9.-]{1,253}>")
_STATUS = re.compile(r"(?<![\d.])([45])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_WISH = re.compile(r"\s*unsubscribe\s+([A-Za-z0-9._-]{1,200})\s*", re.IGNORECASE)
#: classes of a status that say that the address does not exist, or no longer
_NO_ADDRESS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
#: senders of reports that are no RFC 3464
_MACHINES = ("mailer-daemon", "postmaster")
#: kinds of feedback (RFC 5965, 3.5) that are no complaint
_NO_COMPLAINT = frozenset({"not-spam", "opt-out", "opt-out-list"})


class ReportKind(StrEnum):
    """What a message says."""

    HARD = "hard"
    SOFT = "soft"
    COMPLAINT = "complaint"
    #: the reader wants to leave the list
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Report:
    """What one message says of one mail, or of one person."""

    kind: ReportKind
    #: `2026-W12.` and 40 digits, of a mail of ours; empty: it names none
    mail: str = ""
    #: of an unsubscribe link; empty: it has none
    token: str = ""
    #: such as 5.1.1
    status: str = ""


def read_report(raw: bytes) -> Report | None:
    """Return what a message reports; None: nothing that concerns a mail or a subscription."""
    message = message_from_bytes(raw[:MOST_BYTES])
    wish = _WISH.fullmatch(_header(message, "Subject"))
    if wish:
        return Report(ReportKind.LEAVE, token=wish[1])
    kind = str(message.get_param("report-type") or "").lower()
    if message.get_content_type() == "multipart/report" and kind == "delivery-status":
        return _delivery(message)
    if message.get_content_type() == "multipart/report" and kind == "feedback-report":
        return _feedback(message)
    if any(name in _header(message, "From").lower() for name in _MACHINES):
        return _plain(message)
    return None


def _delivery(message: Message) -> Report | None:
    """Return the gravest of what a report says of its recipients; ours have one."""
    mail = _mail_in(message)
    found: Report | None = None
    for block in _blocks(message, "message/delivery-status"):
        action = _header(block, "Action").strip().lower()
        if action != "failed":  # delayed, delivered, relayed, expanded
            continue
        status = _STATUS.search(_header(block, "Status"))
        said = status[0] if status else ""
        if said in _NO_ADDRESS:
            return Report(ReportKind.HARD, mail, status=said)
        found = found or Report(ReportKind.SOFT, mail, status=said)
    return found


def _feedback(message: Message) -> Report | None:
    for block in _blocks(message, "message/feedback-report"):
        kind = _header(block, "Feedback-Type").strip().lower()
        if kind and kind not in _NO_COMPLAINT:
            return Report(ReportKind.COMPLAINT, _mail_in(message))
    return None


def _plain(message: Message) -> Report | None:
    mail = _mail_in(message)
    if not mail:
        return None
    status = _STATUS.search(_text(message))
    said = status[0] if status else ""
    kind = ReportKind.HARD if said in _NO_ADDRESS else ReportKind.SOFT
    return Report(kind, mail, status=said)


def _mail_in(message: Message) -> str:
    """Return which mail of ours a report quotes."""
    found = _MESSAGE_ID.search(_text(message))
    return found[1] if found else ""


def _blocks(message: Message, kind: str) -> Iterator[Message]:
    """Yield the groups of fields within parts of a type, however the parser nested them."""
    for part in message.walk():
        if part.get_content_type() != kind:
            continue
        payload = part.get_payload()
        if isinstance(payload, list):
            yield from (one for one in payload if isinstance(one, Message))
        elif isinstance(payload, str):
            yield from (message_from_bytes(one.encode()) for one in payload.split("\n\n"))


def _text(message: Message) -> str:
    """Return all headers and texts within a message, decoded."""
    parts = []
    for part in message.walk():
        parts += [f"{name}: {value}" for name, value in part.items()]
        payload = None if part.is_multipart() else part.get_payload(decode=True)
        if isinstance(payload, bytes):
            parts.append(payload.decode("utf-8", "replace"))
    return "\n".join(parts)


def _header(message: Message, name: str) -> str:
    return str(message.get(name) or "")
