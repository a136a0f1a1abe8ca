"""Add the security headers, and refuse requests for other hosts or that are too large."""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.forwarded import scheme_of
from config.host_header import LOOPBACK_NAMES, host_name
from pipeline.publish.public.site import site_of

#: bytes of an address, and of all headers
_LONGEST_ADDRESS = 2048
_LARGEST_HEADERS = 16 * 1024
#: bytes of a form: 38 sections take 2,000
LARGEST_FORM = 32 * 1024
#: of what a mail provider posts: SNS has 256 KiB at most, others send many events at once
LARGEST_REPORT = 1024 * 1024
_REPORTS = "/reports/"
_HEALTH = "/health"
#: seconds for which browsers use no plain http
_TLS_ONLY = 2 * 365 * 24 * 3600

_HEADERS: Mapping[str, str] = {
    # no script at all, nothing from elsewhere
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # because addresses hold tokens
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow",
}


def harden(
    headers: MutableHeaders, path: str, *, found: bool = False, secure: bool = False
) -> None:
    """Add the headers that a page has not set itself; what has a version is cached.

    `secure` pages are reached with TLS only.
    """
    if secure:
        headers["Strict-Transport-Security"] = f"max-age={_TLS_ONLY}"
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    if found and path.startswith("/static/"):
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        headers["Cache-Control"] = "no-store"
        headers.setdefault("Vary", "Accept-Language")


class Guard:
    """Middleware for every request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = message["status"] in {200, 304}
                headers = MutableHeaders(scope=message)
                harden(headers, scope["path"], found=found, secure=_is_secure(Request(scope)))
            await send(message)

        answer = _foreign(Request(scope)) or _too_large(Request(scope))
        await (answer or self.app)(scope, receive, send_hardened)


class BodyLimits:
    """Middleware that refuses a body that is too long for its page."""

    def __init__(self, app: ASGIApp) -> None:
        self._forms = RequestBodyLimitMiddleware(app, max_body_size=LARGEST_FORM)
        self._reports = RequestBodyLimitMiddleware(app, max_body_size=LARGEST_REPORT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a limit of its body."""
        reports = scope["type"] == "http" and scope["path"].startswith(_REPORTS)
        await (self._reports if reports else self._forms)(scope, receive, send)


def _is_secure(request: Request) -> bool:
    """Return whether a trusted proxy says that the reader speaks TLS."""
    peer = request.client.host if request.client else ""
    told = ",".join(request.headers.getlist("x-forwarded-proto"))
    return scheme_of(peer, told, site_of(request).settings.trusted_proxies) == "https"


def _foreign(request: Request) -> PlainTextResponse | None:
    """Refuse other host names, under which a site that rebinds its name would read our pages.

    Addresses are no names. `/health` shows nothing and is asked under any name.
    """
    if request.scope["path"] == _HEALTH:
        return None
    own = (urlsplit(site_of(request).settings.url).hostname or "").lower()
    hosts = request.headers.getlist("host")
    name = host_name(hosts[0]) if len(hosts) == 1 else None
    if name is not None and (name in LOOPBACK_NAMES | {own} or _is_address(name)):
        return None
    return PlainTextResponse(
        f"These pages answer only to {own} and to IP addresses. Open them under this name; a proxy"
        " before them must pass the Host header on or send an address.\n",
        400,
    )


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _too_large(request: Request) -> PlainTextResponse | None:
    scope = request.scope
    path = scope.get("raw_path") or scope["path"].encode("utf-8", "replace")
    if len(path) + len(scope["query_string"]) > _LONGEST_ADDRESS:
        return PlainTextResponse("This address is too long.\n", 414)
    if sum(len(name) + len(value) for name, value in scope["headers"]) > _LARGEST_HEADERS:
        return PlainTextResponse("The headers of this request are too large.\n", 431)
    return None
