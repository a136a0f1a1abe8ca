"""Connect to the SMTP server as sending would, without sending: TLS, certificate, account, size."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from config.loopback import is_loopback_host
from config.visible import one_line
from pipeline.publish.mail.transport import Server
from pipeline.runtime.findings import Finding

#: days before its end at which a certificate is named
_SOON = timedelta(days=14)
#: bytes that an issue may have
MOST_BYTES = 102_400
_OLD = frozenset({"SSLv3", "TLSv1", "TLSv1.1"})


def check_server(mail: Server, *, context: ssl.SSLContext, now: datetime) -> Iterator[Finding]:
    """Yield what is wrong with the server.

    Args:
        mail: the server and the account.
        context: which certificates are trusted.
        now: compared with the certificate's end.
    """
    local = is_loopback_host(mail.host)
    if mail.security == "none" and not local:
        yield Finding(
            "TLS",
            f"mail{' and the password' if mail.username else ''} would reach {mail.host}"
            " unencrypted.",
            'Set [mail] security = "starttls" and port = 587, or "tls" and 465.',
        )
        return  # the password must not be sent
    try:
        server = _connected(mail, context)
    except (OSError, smtplib.SMTPException) as error:
        yield _unreachable(mail, error)
        return
    try:
        yield from _of_session(mail, server, context, now)
    except (OSError, smtplib.SMTPException) as error:
        yield _unreachable(mail, error)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def _connected(mail: Server, context: ssl.SSLContext) -> smtplib.SMTP:
    if mail.security == "tls":
        return smtplib.SMTP_SSL(
            mail.host,
            mail.port,
            local_hostname=mail.greeting,
            timeout=mail.timeout_seconds,
            context=context,
        )
    return smtplib.SMTP(
        mail.host, mail.port, local_hostname=mail.greeting, timeout=mail.timeout_seconds
    )


def _of_session(
    mail: Server,
    server: smtplib.SMTP,
    context: ssl.SSLContext,
    now: datetime,
) -> Iterator[Finding]:
    server.ehlo()
    if mail.security == "starttls":
        if not server.has_extn("starttls"):
            yield Finding(
                "TLS",
                f"{mail.host}:{mail.port} does not offer STARTTLS.",
                'Set [mail] port = 465 and security = "tls" if the provider offers that; '
                '"none" only for a server on this machine.',
            )
            return
        server.starttls(context=context)
        server.ehlo()
    if mail.security != "none":
        yield from _of_encryption(mail, server.sock, now)
    size = server.esmtp_features.get("size", "")
    if size.isdigit() and 0 < int(size) < MOST_BYTES:
        yield Finding(
            "TLS",
            f"{mail.host} takes messages of at most {int(size):,} bytes; an issue may have"
            f" {MOST_BYTES:,}.",
            "Ask the provider for a higher limit, or use another server.",
        )
    yield from _of_account(mail, server)


def _of_encryption(mail: Server, sock: Any, now: datetime) -> Iterator[Finding]:
    assert isinstance(sock, ssl.SSLSocket)
    if (version := sock.version() or "") in _OLD:
        yield Finding(
            "TLS",
            f"{mail.host} encrypts with {version}, which is broken.",
            "Ask the provider for TLS 1.2 or later, or use another server.",
        )
    certificate = sock.getpeercert() or {}
    ends = certificate.get("notAfter")
    if isinstance(ends, str):
        until = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)
        if until - now < _SOON:
            yield Finding(
                "TLS",
                f"the certificate of {mail.host} ends on {until:%Y-%m-%d}.",
                "Renew it, or ask who runs the server to.",
                wrong=until <= now,
            )


def _of_account(mail: Server, server: smtplib.SMTP) -> Iterator[Finding]:
    if not mail.username:
        return
    if not server.has_extn("auth"):
        yield Finding(
            "account",
            f"{mail.host}:{mail.port} does not let {mail.username} log in (no AUTH).",
            "Check port and security; where the server needs no account, empty [mail] username.",
        )
        return
    try:
        server.login(mail.username, mail.password)
    except smtplib.SMTPAuthenticationError as error:
        yield Finding(
            "account",
            f"{mail.host} refuses the account {mail.username}: {_said(error)}.",
            "Check [mail] username and password_file; many providers want a password of its own"
            " for programs.",
        )


def _unreachable(mail: Server, error: Exception) -> Finding:
    place = f"{mail.host}:{mail.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return Finding(
            "TLS",
            f"the certificate of {place} cannot be trusted: {one_line(error.verify_message)}.",
            "Name the server as its certificate does, or have the certificate renewed. It is not"
            " accepted unchecked.",
        )
    if isinstance(error, ssl.SSLError):
        wrong = '"starttls"' if mail.security == "tls" else '"tls" with port 465'
        return Finding(
            "TLS",
            f"{place} does not speak TLS as set: {one_line(str(error.reason or error))}.",
            f"Try [mail] security = {wrong}.",
        )
    if isinstance(error, socket.gaierror):
        return Finding("server", f"there is no machine called {mail.host}.", "Correct [mail] host.")
    if isinstance(error, TimeoutError):
        return Finding(
            "server",
            f"{place} does not answer within {mail.timeout_seconds:g} s.",
            "Check port and security: a port for TLS from the beginning says nothing to others, and"
            " many networks block port 25.",
        )
    if isinstance(error, smtplib.SMTPResponseException):
        return Finding("server", f"{place} refuses: {_said(error)}.", "Ask who runs the server.")
    return Finding(
        "server",
        f"{place} cannot be reached: {one_line(str(error)).rstrip('.')}.",
        "Check [mail] host, port and security, and whether a firewall is in between.",
    )


def _said(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return f"{error.smtp_code} {one_line(words)[:200]}".rstrip(". ")
