"""Who may speak to the queue, and what a browser may do with its pages. Knows no papers.

Three independent guards stand before a decision: the Host header must be a name of this machine
(a rebound DNS name is turned away), a form must come from our own pages (Origin, Sec-Fetch-Site),
and it must carry the token of its session (signed, so that none can be made up).
"""

import hashlib
import secrets
from urllib.parse import urlsplit

import itsdangerous
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: the names under which a machine speaks to itself; others need accounts, which come later
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})

_HEADERS = {
    # no script at all, no inline style, nothing from elsewhere, no frame around us
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # not "no-referrer": with it browsers send `Origin: null` with our own forms
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def harden(headers: MutableHeaders, *, fixed: bool = False) -> None:
    """Add the security headers; `fixed` content has its version in its address and may be kept."""
    headers.update(_HEADERS)
    headers["Cache-Control"] = "max-age=31536000, immutable" if fixed else "no-store"


class Hardened:
    """Middleware: every answer carries the security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to the answer."""
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
    """Middleware: turns away foreign host names, and forms that other sites send."""

    def __init__(self, app: ASGIApp, names: frozenset[str] = LOOPBACK_NAMES) -> None:
        self.app = app
        self.names = names

    def refusal(self, scope: Scope) -> Response | None:
        """Return the answer to a request that must not come in, None for one that may."""
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
        """Pass the request on, or turn it away."""
        if scope["type"] == "http" and (refusal := self.refusal(scope)) is not None:
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class Sessions:
    """Browser sessions without a store: a signed random name in a cookie, and its form token."""

    def __init__(self, secret: bytes) -> None:
        self._names = itsdangerous.Signer(
            secret, salt="living-survey.session", digest_method=hashlib.sha256
        )
        self._tokens = itsdangerous.Signer(
            secret, salt="living-survey.form", digest_method=hashlib.sha256
        )
        # Cookies ignore ports: two surveys on one machine must not overwrite each other's.
        self.cookie = f"living_survey_{hashlib.sha256(b'cookie:' + secret).hexdigest()[:8]}"

    def current(self, request: Request) -> str | None:
        """Return the session the request belongs to, None without one that we signed."""
        try:
            return self._names.unsign(request.cookies.get(self.cookie, "")).decode("ascii")
        except itsdangerous.BadSignature:
            return None

    def begin(self) -> str:
        """Return the name of a new session."""
        return secrets.token_urlsafe(24)

    def keep(self, response: Response, session: str) -> None:
        """Give the session to the browser, out of reach of scripts and other sites."""
        signed = self._names.sign(session).decode("ascii")
        response.set_cookie(self.cookie, signed, httponly=True, samesite="strict")

    def token(self, session: str) -> str:
        """Return the token that forms of this session carry."""
        return self._tokens.get_signature(session).decode("ascii")

    def fits(self, session: str | None, token: str) -> bool:
        """Return whether the token is this session's; compared in constant time."""
        return session is not None and self._tokens.verify_signature(
            session, token.encode("utf-8", "replace")
        )
