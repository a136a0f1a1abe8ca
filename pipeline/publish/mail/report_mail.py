"""Read what comes to the bounce address: reports of failed deliveries, complaints, wishes to leave.

A delivery report is RFC 3464, a complaint RFC 5965; some servers write plain text instead. A report
that names the mail by its Message-ID, or by the token of its link to unsubscribe, cannot be forged,
because no other person knows them. Automatic answers are known by RFC 3834.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.policy import compat32
from email.utils import parseaddr
from enum import StrEnum

from config.visible import one_line, shortened
from pipeline.publish.mail.wishes import decoded, is_wish, wish_of
from pipeline.runtime.mails import UnreadableMailError, parse_mail, text_of

_MESSAGE_ID = re.compile(r"<(\d{4}-(?:W\d{2}|\d{2})\.[0-9a-f]{40})@[A-Za-z0-9.-]{1,253}>")
_TOKEN = re.compile(r"/unsubscribe/([A-Za-z0-9._-]{20,200})")
_STATUS = re.compile(r"(?<![\d.])([45])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
#: classes of a status that say that the address does not exist, or no longer
NO_ADDRESS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
#: senders of reports that are no RFC 3464
_MACHINES = ("mailer-daemon", "postmaster")
#: kinds of feedback (RFC 5965, 3.5) that are no complaint
_NO_COMPLAINT = frozenset({"not-spam", "opt-out", "opt-out-list"})
#: words by which a report in plain text says that the server goes on trying
_DELAY = re.compile(
    r"\bdelay(?:ed)?\b|\bwarning\b|\bwill (?:be retried|retry|keep trying|continue)|"
    r"\bnot yet been delivered\b|\bstill (?:being retried|trying)\b",
    re.IGNORECASE,
)
_FINAL = re.compile(r"\bfail|\bundeliver|\breturned\b|\bgave up\b|\bgiving up\b", re.IGNORECASE)
#: characters of a text in which those words are looked for
_BEGINNING = 2_000
_PRECEDENCES = frozenset({"bulk", "junk", "list", "auto_reply"})
_AUTOMATIC = ("X-Autoreply", "X-Autorespond", "X-Auto-Response")
#: characters of a subject that are shown
_SHOWN = 80


class ReportKind(StrEnum):
    """What a message says."""

    HARD = "hard"
    SOFT = "soft"
    COMPLAINT = "complaint"
    #: a reader wants to leave the list
    LEAVE = "leave"
    #: a person wrote something else
    PERSON = "person"
    #: from a machine, and of no effect: an automatic answer, a delay, a delivery
    NOTHING = "nothing"


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
    #: of a delivery report: addresses that it is about
    recipients: tuple[str, ...] = ()
    #: the address in From; everybody can write one there
    sender: str = ""
    #: on one line
    subject: str = ""
    #: of a wish to leave: the subject itself has the token, so that the sender does not matter
    by_subject: bool = False


def read_report(raw: bytes) -> Report:
    """Return what a message reports; nothing if no mail server or person writes such a one."""
    try:
        return _reported(parse_mail(raw, compat32))
    except (UnreadableMailError, RecursionError):  # of the standard library's reader of addresses
        return Report(ReportKind.NOTHING)


def _reported(message: Message) -> Report:
    if message.get_content_type() == "multipart/report":
        kind = str(message.get_param("report-type") or "").lower()
        readers = {"delivery-status": _delivery, "feedback-report": _feedback}
        return readers[kind](message) if kind in readers else _nothing(message)
    if any(name in _header(message, "From").lower() for name in _MACHINES):
        return _plain(message)
    return _written(message)


def mail_named(text: str) -> str:
    """Return which mail of ours a text names first; empty: none."""
    found = _MESSAGE_ID.search(text)
    return found[1] if found else ""


def _written(message: Message) -> Report:
    """Return what a message says that is no report: a wish, an automatic answer, or a letter."""
    sender, subject = _sender(message), _subject(message)
    wish = wish_of(_header(message, "Subject"))
    answers = _header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    if wish is not None and wish and answers != "auto-replied":
        # Mail programs send this by themselves (RFC 2369), so it may be automatic.
        return Report(ReportKind.LEAVE, token=wish, sender=sender, subject=subject, by_subject=True)
    if answers not in {"", "no"} or _is_automatic(message):
        return _nothing(message)
    text = _text(message)
    if wish is not None or is_wish(_first_line(message)):
        named = f"{_header(message, 'In-Reply-To')} {_header(message, 'References')}"
        return Report(
            ReportKind.LEAVE, mail_named(named), _token_in(text), sender=sender, subject=subject
        )
    return Report(ReportKind.PERSON, sender=sender, subject=subject)


def _is_automatic(message: Message) -> bool:
    return (
        _header(message, "Precedence").strip().lower() in _PRECEDENCES
        or _header(message, "Return-Path").strip() == "<>"
        or any(name in message for name in _AUTOMATIC)
    )


def _nothing(message: Message) -> Report:
    return Report(ReportKind.NOTHING, sender=_sender(message), subject=_subject(message))


def _delivery(message: Message) -> Report:
    """Return the gravest of what a report says of its recipients; ours have one."""
    text = _text(message)
    kind, said, about = None, "", []
    for block in _blocks(message, "message/delivery-status"):
        action = _header(block, "Action").strip().lower()
        if action != "failed":  # delayed, delivered, relayed, expanded
            continue
        status = _STATUS.search(_header(block, "Status"))
        found = status[0] if status else ""
        about += [_recipient(block, name) for name in ("Original-Recipient", "Final-Recipient")]
        if found in NO_ADDRESS and kind is not ReportKind.HARD:
            kind, said = ReportKind.HARD, found
        elif kind is None:
            kind, said = ReportKind.SOFT, found
    if kind is None:
        return _nothing(message)
    return Report(
        kind,
        mail_named(text),
        _token_in(text),
        said,
        tuple(dict.fromkeys(one for one in about if one)),
        _sender(message),
        _subject(message),
    )


def _feedback(message: Message) -> Report:
    for block in _blocks(message, "message/feedback-report"):
        kind = _header(block, "Feedback-Type").strip().lower()
        if kind and kind not in _NO_COMPLAINT:
            text = _text(message)
            return Report(
                ReportKind.COMPLAINT,
                mail_named(text),
                _token_in(text),
                recipients=tuple(filter(None, [_recipient(block, "Original-Rcpt-To")])),
                sender=_sender(message),
                subject=_subject(message),
            )
    return _nothing(message)


def _plain(message: Message) -> Report:
    text = _text(message)
    subject = _subject(message)
    beginning = f"{subject}\n{_body(message)[:_BEGINNING]}"
    if _DELAY.search(beginning) and not _FINAL.search(subject):
        return _nothing(message)
    status = _STATUS.search(text)
    said = status[0] if status else ""
    kind = ReportKind.HARD if said in NO_ADDRESS else ReportKind.SOFT
    return Report(
        kind,
        mail_named(text),
        _token_in(text),
        said,
        sender=_sender(message),
        subject=subject,
    )


def _token_in(text: str) -> str:
    found = _TOKEN.search(text)
    return found[1] if found else ""


def _recipient(block: Message, name: str) -> str:
    """Return the address of a field such as `rfc822; ada@example.org`."""
    kind, semicolon, address = _header(block, name).partition(";")
    return (address if semicolon else kind).strip().strip("<>")


def _blocks(message: Message, kind: str) -> Iterator[Message]:
    """Yield the groups of fields within parts of a type, however the parser nested them."""
    for part in message.walk():
        if part.get_content_type() != kind:
            continue
        payload = part.get_payload()
        if isinstance(payload, list):
            yield from (one for one in payload if isinstance(one, Message))
        elif isinstance(payload, str):
            yield from (parse_mail(one.encode(), compat32) for one in payload.split("\n\n"))


def _text(message: Message) -> str:
    """Return all headers and texts within a message, decoded."""
    parts = []
    for part in message.walk():
        parts += [f"{name}: {value}" for name, value in part.items()]
        parts.append(text_of(part))
    return "\n".join(parts)


def _body(message: Message) -> str:
    """Return the first plain text of a message."""
    return next((text_of(p) for p in message.walk() if p.get_content_type() == "text/plain"), "")


def _first_line(message: Message) -> str:
    lines = _body(message)[:_BEGINNING].splitlines()
    return next((line.strip() for line in lines if line.strip()), "")


def _sender(message: Message) -> str:
    return parseaddr(_header(message, "From"))[1]


def _subject(message: Message) -> str:
    return shortened(one_line(decoded(_header(message, "Subject"))), _SHOWN)


def _header(message: Message, name: str) -> str:
    return str(message.get(name) or "")
