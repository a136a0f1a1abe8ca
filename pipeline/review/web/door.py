"""Restrict access to the review site.

Three checks guard a decision: the Host header names this machine (against DNS rebinding), the form
comes from our own pages (Origin, Sec-Fetch-Site), and it carries its session's signed token.
"""

import hashlib
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import itsdangerous
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.errors import ConfigError

#: other names need accounts, which do not exist yet
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})

_KEY_BYTES = 32
_HEADERS = {
    # no script, no inline style, no foreign content, no framing
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # "no-referrer" makes browsers send `Origin: null` with our own forms
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def harden(headers: MutableHeaders, *, fixed: bool = False) -> None:
    """Add the security headers; `fixed` content has a versioned address and is cached."""
    headers.update(_HEADERS)
    headers["Cache-Control"] = "max-age=31536000, immutable" if fixed else "no-store"


class Hardened:
    """Middleware that adds the security headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        in_static = scope["path"].startswith("/static/")

        async def send_hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = message["status"] in {200, 304}
                harden(MutableHeaders(scope=message), fixed=in_static and found)
            await send(message)

        await self.app(scope, receive, send_hardened)


def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


class SameHost:
    """Middleware that refuses foreign host names and forms of other sites."""

    def __init__(self, app: ASGIApp, names: frozenset[str] = LOOPBACK_NAMES) -> None:
        self.app = app
        self.names = names

    def refusal(self, scope: Scope) -> Response | None:
        """Return a refusing response, or None if the request is allowed."""
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or _host_name(hosts[0]) not in self.names:
            names = ", ".join(sorted(self.names))
            return PlainTextResponse(
                f"This queue answers only to {names}. Open it under one of these names.\n", 400
            )
        if scope["method"] in {"GET", "HEAD"}:
            return None
        origin = headers.get("origin")
        own = f"{scope['scheme']}://{hosts[0]}"
        foreign = origin is not None and origin.lower() != own.lower()
        if foreign or headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return PlainTextResponse(
                "Nothing was recorded: this form was sent from another site. "
                "Decide on the pages of the queue itself.\n",
                403,
            )
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and (refusal := self.refusal(scope)) is not None:
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class Sessions:
    """Stateless browser sessions: a signed random name in a cookie."""

    def __init__(self, secret: bytes) -> None:
        self._names = itsdangerous.Signer(
            secret, salt="living-survey.session", digest_method=hashlib.sha256
        )
        self._tokens = itsdangerous.Signer(
            secret, salt="living-survey.form", digest_method=hashlib.sha256
        )
        # A name per key, because cookies ignore ports and two surveys may run on one machine.
        self.cookie = f"living_survey_{hashlib.sha256(b'cookie:' + secret).hexdigest()[:8]}"

    def current(self, request: Request) -> str | None:
        """Return the session of a request, or None without a valid cookie."""
        try:
            return self._names.unsign(request.cookies.get(self.cookie, "")).decode("ascii")
        except itsdangerous.BadSignature:
            return None

    def begin(self) -> str:
        """Return the name of a new session."""
        return secrets.token_urlsafe(24)

    def keep(self, response: Response, session: str) -> None:
        """Set the cookie, unreadable for scripts and other sites."""
        signed = self._names.sign(session).decode("ascii")
        response.set_cookie(self.cookie, signed, httponly=True, samesite="strict")

    def token(self, session: str) -> str:
        """Return the token that the forms of a session carry."""
        return self._tokens.get_signature(session).decode("ascii")

    def fits(self, session: str | None, token: str) -> bool:
        """Compare a session's token in constant time."""
        return session is not None and self._tokens.verify_signature(
            session, token.encode("utf-8", "replace")
        )


def session_secret(database: Path) -> bytes:
    """Return the signing key beside a database; create it on first use.

    It is kept, so that open pages survive a restart.

    Raises:
        ConfigError: the file cannot be read or written, or contains no key.
    """
    path = database.with_name(database.name + ".review-key")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # O_EXCL, so that of two starting servers one writes
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        pass
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}.",
            hint="Give this user permission to write beside the database.",
        ) from error
    else:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
    try:
        key = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}.", hint="Correct its permissions."
        ) from error
    if len(key) != _KEY_BYTES:
        raise ConfigError(
            f"{path} does not contain a key.",
            hint="Delete it. A new one is created, and open pages must be loaded again.",
        )
    return key
