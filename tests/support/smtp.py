"""A real SMTP server on loopback that accepts, refuses, breaks connections and stays silent."""

import asyncio
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

TLS = Path(__file__).parent / "tls"
CERTIFICATE = TLS / "certificate.pem"
PASSWORD = "correct horse"

#: what the server does instead of an answer
DROP_AT_RCPT = "drop at RCPT"
#: the mail was taken, or not, when the connection breaks
DROP_TAKEN = "drop after taking"
DROP_UNTAKEN = "drop before taking"
STALL = "stall after DATA"
STALL_AT_RCPT = "stall at RCPT"


@dataclass(frozen=True)
class Received:
    """One mail that the server took."""

    sender: str
    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        parsed = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class Sink:
    """What a server took, and how it treats which recipient."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    #: every recipient that was named, with or without success
    named: list[str] = field(default_factory=list)
    #: recipient -> answer to RCPT such as `550 5.1.1 unknown`, or one of the words above
    rcpt: Mapping[str, str] = field(default_factory=dict)
    #: recipient -> answer after the body, or one of the words above
    body: Mapping[str, str] = field(default_factory=dict)
    #: answer to every MAIL; empty: accepted
    mail: str = ""
    #: answers of the given kind are given so many times, then the recipient is accepted
    times: dict[str, int] = field(default_factory=dict)

    @property
    def recipients(self) -> list[str]:
        """The recipients of the mails that were taken, sorted."""
        return sorted(one.recipient for one in self.received)

    def _what(self, answers: Mapping[str, str], address: str) -> str:
        found = answers.get(address, "")
        if found and address in self.times:
            if self.times[address] == 0:
                return ""
            self.times[address] -= 1
        return found

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Answer MAIL."""
        if self.mail:
            return self.mail
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 ok"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Answer RCPT."""
        self.named.append(address)
        what = self._what(self.rcpt, address)
        if what == DROP_AT_RCPT:
            return _drop(server)
        if what == STALL_AT_RCPT:
            await asyncio.Event().wait()
        if what:
            return what
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        """Answer the body."""
        [address] = envelope.rcpt_tos
        what = self._what(self.body, address)
        if what and what not in {DROP_TAKEN, STALL}:
            return _drop(server) if what == DROP_UNTAKEN else what
        self.received.append(Received(envelope.mail_from, address, envelope.content))
        if what == DROP_TAKEN:
            return _drop(server)
        if what == STALL:
            await asyncio.Event().wait()
        return "250 2.0.0 taken"


def _drop(server: SMTP) -> str:
    assert isinstance(server.transport, asyncio.WriteTransport)
    server.transport.abort()
    return "421 4.4.2 gone"


def _authenticate(
    _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, given: object
) -> AuthResult:
    right = isinstance(given, LoginPassword) and given.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


@contextmanager
def smtp_server(
    *,
    tls: bool = False,
    implicit_tls: bool = False,
    auth: bool = False,
    smtputf8: bool = False,
    **behaviour: Any,
) -> Iterator[Sink]:
    """Run a server on a free port; `behaviour` are fields of Sink."""
    sink = Sink(**behaviour)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE, TLS / "key.pem")
    options: dict[str, Any] = {"enable_SMTPUTF8": smtputf8, "data_size_limit": 1_000_000}
    if tls:
        options |= {"tls_context": context, "require_starttls": True}
    if auth:
        options |= {"authenticator": _authenticate, "auth_required": True}
        options |= {"auth_require_tls": tls or implicit_tls}
    controller = Controller(
        sink,
        hostname="127.0.0.1",
        port=_free_port(),
        ssl_context=context if implicit_tls else None,
        **options,
    )
    controller.start()
    try:
        sink.port = controller.port
        yield sink
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
