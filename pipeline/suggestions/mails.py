"""Read a mail to the list as a suggestion: its own words, without what it quotes."""

import hashlib
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.utils import parseaddr

from pipeline.runtime.mails import LONGEST_MAIL, parse_mail, text_of
from pipeline.suggestions.clean import clean_line
from pipeline.suggestions.form_text import LONGEST_BODY

_NO_PERSON = ("mailer-daemon", "postmaster", "no-reply", "noreply")


@dataclass(frozen=True, slots=True)
class SuggestionMail:
    """A message that a person wrote."""

    #: its Message-ID, or a hash if it has none
    origin: str
    subject: str
    text: str
    name: str
    address: str = field(repr=False)


def read_mail(raw: bytes) -> SuggestionMail | None:
    """Return a message of a person, or None: it is automatic or has no plain text.

    A message with headers or parts that no program of a person writes is None too.
    """
    try:
        message = parse_mail(raw, policy.default)
        assert isinstance(message, EmailMessage)
        name, address = parseaddr(_header(message, "From"))
        body = message.get_body(preferencelist=("plain",))
        text = "" if body is None else text_of(body)
    except (LookupError, ValueError, AttributeError, TypeError, RecursionError):
        # The parser of the standard library fails in many ways on hostile messages.
        return None
    if _is_automatic(message, address) or not text.strip():
        return None
    message_id = clean_line(_header(message, "Message-ID"))[:200]
    return SuggestionMail(
        origin=message_id or hashlib.sha256(raw[:LONGEST_MAIL]).hexdigest()[:32],
        subject=clean_line(_header(message, "Subject"))[:500],
        text=own_words(text[:LONGEST_BODY]),
        name=clean_line(name)[:100],
        address=clean_line(address)[:254],
    )


def own_words(text: str) -> str:
    """Return a mail's text without quoted lines, their introduction and the signature."""
    kept: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.rstrip() == "--" or line.startswith("-----Original Message"):
            break
        if line.startswith(">"):
            if kept and kept[-1].rstrip().endswith((":", "：")):
                kept.pop()
            continue
        kept.append(line)
    return "\n".join(kept).strip()


def _is_automatic(message: EmailMessage, address: str) -> bool:
    """Return whether no person wrote it (RFC 3834)."""
    local = address.partition("@")[0].lower()
    return (
        _header(message, "Auto-Submitted").lower() not in {"", "no"}
        or _header(message, "Precedence").lower() in {"bulk", "junk", "auto_reply"}
        or message.get_content_type() == "multipart/report"
        or local.startswith(_NO_PERSON)
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except (LookupError, ValueError, AttributeError, TypeError, IndexError, RecursionError):
        return ""
