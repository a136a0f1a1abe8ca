"""Add the security headers to every response."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def policy(**changes: str) -> str:
    """Return a Content-Security-Policy: what pages may load, with some directives changed.

    Directives are named with an underscore; an empty one is left out.
    """
    stated = {**_POLICY, **{name.replace("_", "-"): value for name, value in changes.items()}}
    return "; ".join(f"{name} {value}" for name, value in stated.items() if value)


# scripts and styles from files of this site only, no foreign content, no framing
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "connect-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_HEADERS = {
    "Content-Security-Policy": policy(),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # "no-referrer" makes browsers send `Origin: null` with our own forms
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


#: answers for programs, which browsers store under a fixed name instead of opening them, so that
#: no address makes them a file with a name of its own (reflected file download)
_DATA = frozenset({"application/json", "application/problem+json"})
_DOWNLOAD = 'attachment; filename="api.json"'
#: seconds for which browsers use no plain http
_TLS_ONLY = 2 * 365 * 24 * 3600


def harden(headers: MutableHeaders, *, fixed: bool = False, secure: bool = False) -> None:
    """Add the security headers that a page has not set itself.

    `fixed` content has a versioned address and is cached; `secure` pages are reached with TLS only.
    """
    if secure:
        headers["Strict-Transport-Security"] = f"max-age={_TLS_ONLY}"
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
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
                # as a trusted proxy said; `access` has written it by now
                secure = scope["scheme"] == "https"
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").partition(";")[0] in _DATA:
                    headers.setdefault("Content-Disposition", _DOWNLOAD)
                harden(headers, fixed=in_static and found, secure=secure)
            await send(message)

        await self.app(scope, receive, send_hardened)
