"""Build the bytes of a mail: headers, a plain and an HTML part, and a DKIM signature.

Headers are written here, because the lines of List-Unsubscribe must not be folded: folded ones
broke signatures elsewhere. The same letter, recipient and instant give the same bytes, apart from a
DKIM signature, which has a date of its own.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime, formataddr

import dkim

from config.errors import ConfigError
from config.files import read_regular
from config.mail_schema import MailSettings
from config.visible import one_line
from pipeline.publish.mail.account import Sender
from pipeline.publish.mail.letter import Written

#: what the signature covers; both headers of RFC 8058 must be in it
SIGNED = (
    "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "List-Id", "List-Unsubscribe",
    "List-Unsubscribe-Post", "MIME-Version", "Content-Type",
)  # fmt: skip
_LONGEST_NAME = 200
#: characters of a line (RFC 5322, 2.1.1)
_LINE = 78
#: characters of an encoded word, and one less than those of its line (RFC 2047, 2)
_WORD = 75
_END = "\r\n"


@dataclass(frozen=True, slots=True)
class Signer:
    """A DKIM key."""

    domain: str
    selector: str
    key: bytes = field(repr=False)

    def signature(self, message: bytes) -> bytes:
        """Return the DKIM-Signature header of a message, with its line end."""
        present = message.partition(b"\r\n\r\n")[0].lower()
        signed = [
            name.encode()
            for name in SIGNED
            if (b"\r\n" + present).find(b"\r\n" + name.lower().encode() + b":") >= 0
        ]
        try:
            header = dkim.sign(
                message,
                self.selector.encode(),
                self.domain.encode(),
                self.key,
                canonicalize=(b"relaxed", b"relaxed"),
                include_headers=signed,
            )
        except (dkim.DKIMException, ValueError, IndexError, TypeError) as error:
            raise ConfigError(
                f"[mail] dkim_key cannot sign: {type(error).__name__}.",
                hint="It must be an RSA private key as PEM.",
            ) from error
        return bytes(header)


def signer_of(mail: MailSettings) -> Signer | None:
    """Return the key of the settings; None: the mail server signs.

    Raises:
        ConfigError: the key cannot be read or used, or has no selector.
    """
    if mail.dkim_key is None:
        return None
    if not mail.dkim_selector:
        raise ConfigError(
            "[mail] dkim_key is set without dkim_selector.",
            hint="Set it to the name before ._domainkey in the DNS.",
        )
    try:
        key = read_regular(mail.dkim_key)
    except OSError as error:
        raise ConfigError(
            f"[mail] dkim_key {mail.dkim_key} cannot be read: {error.strerror}.",
            hint="Correct the path or the file's permissions.",
        ) from error
    domain = mail.dkim_domain or mail.from_address.partition("@")[2]
    signer = Signer(domain, mail.dkim_selector, key)
    signer.signature(b"From: a@b.org\r\n\r\nA message to try the key.\r\n")
    return signer


@dataclass(frozen=True, slots=True)
class Addressed:
    """To whom a mail goes, and what is theirs alone."""

    address: str
    message_id: str
    #: https address of RFC 8058
    unsubscribe: str
    #: the token that a mail to the unsubscribe address names
    token: str


def message_id(secret: bytes, mailing: str, subscriber_id: str, domain: str) -> str:
    """Return the Message-ID of a mailing for one person: the same each time, not to be guessed.

    A report of a mail that could not be delivered is believed only with it.
    """
    text = f"message:{mailing}:{subscriber_id}".encode()
    return f"<{mailing}.{hmac.new(secret, text, hashlib.sha256).hexdigest()[:40]}@{domain}>"


def build_message(
    written: Written, to: Addressed, sender: Sender, at: datetime, signer: Signer | None = None
) -> bytes:
    """Return a whole mail with CRLF line ends, ready to be handed over."""
    boundary = f"=_{hashlib.sha256(to.message_id.encode()).hexdigest()[:32]}"
    lines = _headers(written.subject, to.address, to.message_id, sender, at)
    mailto = f"mailto:{sender.unsubscribe}?subject=unsubscribe%20{to.token}"
    lines += [
        f"List-Id: <{sender.list_id}>",
        f"List-Unsubscribe: <{to.unsubscribe}>, <{mailto}>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
    ]
    for kind, text in (("plain", written.text), ("html", written.html)):
        lines += ["", f"--{boundary}", *_part(kind, text)]
    return _signed([*lines, f"--{boundary}--", ""], signer)


def build_plain_message(
    subject: str,
    text: str,
    *,
    address: str,
    id_: str,
    sender: Sender,
    at: datetime,
    signer: Signer | None = None,
) -> bytes:
    """Return a whole mail of plain text to one person, who need not be on the list."""
    lines = _headers(subject, address, id_, sender, at)
    return _signed([*lines, "Auto-Submitted: auto-generated", *_part("plain", text), ""], signer)


def _headers(subject: str, address: str, id_: str, sender: Sender, at: datetime) -> list[str]:
    return [
        f"From: {_mailbox(one_line(sender.name)[:_LONGEST_NAME], sender.address)}",
        f"To: {address}",
        f"Subject: {_encoded('Subject', one_line(subject))}",
        f"Date: {format_datetime(at.astimezone(UTC))}",
        f"Message-ID: {id_}",
        *([f"Reply-To: {sender.reply_to}"] if sender.reply_to else []),
        "MIME-Version: 1.0",
    ]


def _part(kind: str, text: str) -> list[str]:
    encoding, body = _body(text)
    return [
        f"Content-Type: text/{kind}; charset=utf-8",
        f"Content-Transfer-Encoding: {encoding}",
        "",
        body,
    ]


def _signed(lines: list[str], signer: Signer | None) -> bytes:
    # Only an address with other letters is not ASCII (RFC 6532); the server was asked for SMTPUTF8.
    message = _END.join(lines).encode()
    return message if signer is None else signer.signature(message) + message


def _mailbox(name: str, address: str) -> str:
    """Return a sender with the name before the address, in lines of 78 characters where it can."""
    if name.isascii():
        words = formataddr((name, address)).split(" ")
        lines, length = [words[0]], len("From: ") + len(words[0])
        for word in words[1:]:
            fits = length + 1 + len(word) <= _LINE
            lines.append((" " if fits else f"{_END} ") + word)
            length = length + 1 + len(word) if fits else 1 + len(word)
        return "".join(lines)
    coded = _encoded("From", name)
    last = coded.rpartition(_END)[2] if _END in coded else f"From: {coded}"
    between = " " if len(last) + len(address) + 3 <= _WORD + 1 else f"{_END} "
    return f"{coded}{between}<{address}>"


def _encoded(name: str, text: str) -> str:
    charset = "us-ascii" if text.isascii() else "utf-8"
    # `Header` makes encoded words one character longer than it is asked for.
    return Header(text, charset, maxlinelen=_WORD - 1, header_name=name).encode(linesep=_END)


def _body(text: str) -> tuple[str, str]:
    """Return the shorter of the two encodings that every mail server passes on unchanged."""
    data = text.replace("\n", _END).encode("utf-8")
    quoted = binascii.b2a_qp(data, istext=True)
    coded = base64.encodebytes(data).replace(b"\n", b"\r\n").rstrip(b"\r\n")
    if len(quoted) <= len(coded):
        # b2a_qp ends the lines that it breaks as it finds the first line end.
        return "quoted-printable", quoted.decode("ascii").replace("=\n", f"={_END}")
    return "base64", coded.decode("ascii")
