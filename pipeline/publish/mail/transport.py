"""Hand mails to an SMTP server and say for certain, or not, what became of each.

Up to the command DATA nothing can have been delivered. After it, only the server's answer decides:
without one the delivery is uncertain, because the server may have taken the mail before the
connection broke (RFC 5321, 4.5.3.2.6 and RFC 1047).
"""

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from config.errors import ConfigError, TryAgainLaterError
from config.loopback import is_loopback_host

_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
#: of a recipient whose address has other letters before the @ (RFC 6531)
_ASCII_ONLY = "the mail server takes no addresses with letters outside of ASCII"
#: characters of a server's answer that are kept
_KEPT = 300


class MailServerError(TryAgainLaterError):
    """The SMTP server cannot be reached or does not take mail now."""


class MailRefusedError(ConfigError):
    """The SMTP server does not accept this account, this sender, or an encrypted connection."""


class Outcome(StrEnum):
    """What became of handing over one mail."""

    #: the server has it
    ACCEPTED = "accepted"
    #: the server refused this recipient or mail for good
    REFUSED = "refused"
    #: the server refused it for the moment
    PUT_OFF = "put off"
    #: the connection broke before the mail was handed over
    NOT_SENT = "not sent"
    #: the connection broke after that, so the server may have it
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Server:
    """An SMTP server and how to speak with it."""

    host: str
    port: int
    #: `starttls`, `tls` or `none`
    security: str = "starttls"
    username: str = ""
    #: never part of a message
    password: str = ""
    timeout_seconds: float = 60.0
    #: trusted certificates as PEM; None: those of the system
    ca_file: Path | None = None
    #: the name this machine greets with
    greeting: str = "localhost"

    def __repr__(self) -> str:
        """Return the address without the password."""
        return f"Server({self.host}:{self.port})"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one mail, with the server's code and text."""

    outcome: Outcome
    #: such as 550; 0: there was no answer
    code: int = 0
    #: such as 5.1.1 (RFC 3463); empty: none was given
    enhanced: str = ""
    text: str = ""
    #: the command that was answered: MAIL, RCPT, DATA, or body; SMTPUTF8: what the server lacks
    stage: str = ""

    @property
    def keeps_connection(self) -> bool:
        """Whether another mail can follow on the same connection."""
        return self.outcome not in {Outcome.NOT_SENT, Outcome.UNCERTAIN} and self.code != 421


class Connection:
    """An open connection that hands over one mail after another."""

    def __init__(self, client: smtplib.SMTP) -> None:
        self._client = client
        self._begun = False

    def hand_over(
        self,
        sender: str,
        recipient: str,
        message: bytes,
        *,
        before_data: Callable[[], None] = lambda: None,
    ) -> Answer:
        """Hand over one mail to one recipient.

        Args:
            sender: the envelope's sender, which gets bounces.
            recipient: the envelope's recipient.
            message: headers and body with CRLF line ends.
            before_data: called when the server accepted the recipient, before anything is sent
                that could be delivered.
        """
        international = not recipient.isascii()
        if international and not self._client.has_extn("smtputf8"):
            return Answer(Outcome.REFUSED, text=_ASCII_ONLY, stage="SMTPUTF8")
        stage = "MAIL"
        try:
            if self._begun:  # a transaction that was refused
                self._client.rset()
            self._begun = True
            options = ("SMTPUTF8",) if international else ()
            answer = _answer(stage, *self._client.mail(sender, options))
            if answer.outcome is Outcome.ACCEPTED:
                stage = "RCPT"
                answer = _answer(stage, *self._client.rcpt(recipient))
            if answer.outcome is not Outcome.ACCEPTED:
                return answer
        except (OSError, smtplib.SMTPException) as error:
            return Answer(Outcome.NOT_SENT, text=_said(error), stage=stage)
        before_data()
        try:
            code, text = self._client.docmd("DATA")
            if code != 354:
                return _answer("DATA", code, text)
        except (OSError, smtplib.SMTPException) as error:
            return Answer(Outcome.NOT_SENT, text=_said(error), stage="DATA")
        try:
            self._client.send(_stuffed(message))
            answer = _answer("body", *self._client.getreply())
        except (OSError, smtplib.SMTPException) as error:
            return Answer(Outcome.UNCERTAIN, text=_said(error), stage="body")
        self._begun = answer.outcome is not Outcome.ACCEPTED
        return answer


@contextmanager
def connected(server: Server) -> Iterator[Connection]:
    """Open a connection, encrypted and logged in as the settings say.

    Raises:
        MailServerError: the server cannot be reached.
        MailRefusedError: it does not encrypt, its certificate or the account is not accepted.
    """
    client = _opened(server)
    try:
        yield Connection(client)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            client.quit()
        client.close()


def hand_over_one(server: Server, sender: str, recipient: str, message: bytes) -> Answer:
    """Open a connection for one mail, hand it over and close.

    Raises:
        MailServerError: the server cannot be reached.
        MailRefusedError: it does not encrypt, its certificate or the account is not accepted.
    """
    with connected(server) as connection:
        return connection.hand_over(sender, recipient, message)


def _opened(server: Server) -> smtplib.SMTP:
    if server.security == "none" and not is_loopback_host(server.host):
        raise MailRefusedError(
            f"[mail] security is none, but {server.host} is another machine.",
            hint="Set it to starttls or tls, so that addresses cannot be read on the way.",
        )
    where = f"{server.host}:{server.port}"
    try:
        client = _client(server)
    except ssl.SSLError as error:
        raise MailRefusedError(
            f"The SMTP server {where} cannot be spoken with over TLS: {_said(error)}.",
            hint="Set [mail] host to the name in its certificate, and ca_file if that is your own.",
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailRefusedError(
            f"The SMTP server {where} offers no STARTTLS.",
            hint="Set [mail] security to tls and the port to 465, or ask your provider.",
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        raise _out_of_reach(where, error) from error
    try:
        if server.username:
            client.login(server.username, server.password)
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as error:
        client.close()
        raise MailRefusedError(
            f"The SMTP server {where} does not accept the account {server.username}.",
            hint="Check [mail] username, and the password in password_file or the environment.",
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        client.close()
        raise _out_of_reach(where, error) from error
    return client


def _client(server: Server) -> smtplib.SMTP:
    """Return a client that has greeted, encrypted unless the settings say otherwise."""
    if server.security == "tls":
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host,
            server.port,
            local_hostname=server.greeting,
            timeout=server.timeout_seconds,
            context=_trusted(server),
        )
    else:
        client = smtplib.SMTP(
            server.host,
            server.port,
            local_hostname=server.greeting,
            timeout=server.timeout_seconds,
        )
    try:
        client.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            client.starttls(context=_trusted(server))
            client.ehlo()
    except BaseException:
        client.close()
        raise
    return client


def _trusted(server: Server) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.ca_file)


def _out_of_reach(where: str, error: Exception) -> MailServerError:
    return MailServerError(
        f"The SMTP server {where} cannot be used now: {_said(error)}.",
        hint="Nothing is lost. Check [mail] host, port and security, then run the command again.",
    )


def _answer(stage: str, code: int, text: bytes) -> Answer:
    said = text.decode("utf-8", "replace")
    found = _ENHANCED.match(said)
    known = {2: Outcome.ACCEPTED, 4: Outcome.PUT_OFF, 5: Outcome.REFUSED}
    # What is no answer says nothing, as a broken connection (smtplib gives it the code -1).
    silent = Outcome.UNCERTAIN if stage == "body" else Outcome.NOT_SENT
    outcome = known.get(code // 100, silent)
    return Answer(
        outcome, max(code, 0), found[1] if found else "", " ".join(said.split())[:_KEPT], stage
    )


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        return f"{error.smtp_code} {' '.join(words.split())}"[:_KEPT]
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    if isinstance(error, OSError) and error.strerror:
        return str(error.strerror)[:_KEPT].lower()
    return " ".join(str(error).split()).rstrip(".")[:_KEPT].lower() or "the connection broke"


def _stuffed(message: bytes) -> bytes:
    """Return the content as DATA wants it: leading dots doubled, a lone dot at the end."""
    body = message if message.endswith(b"\r\n") else message + b"\r\n"
    body = body.replace(b"\r\n.", b"\r\n..")
    return (b"." + body if body.startswith(b".") else body) + b".\r\n"
