"""The two cookies of a team: the session, and the browser that logged in before.

With TLS their names begin with `__Host-`, so that no other host and no plain page can set them.
"""

import hashlib
import secrets

import itsdangerous
from starlette.requests import Request
from starlette.responses import Response

from pipeline.review.web.visit import visit_of
from storage.accounts import account_key

#: seconds for which a browser is known
_KNOWN = 180 * 24 * 3600


class TeamCookies:
    """Sets and reads the cookies; `secret` signs the one that is not a session."""

    def __init__(self, secret: bytes) -> None:
        # A name per key, because cookies ignore ports and two surveys may run on one machine.
        mark = hashlib.sha256(b"team:" + secret).hexdigest()[:8]
        self.session = f"living_survey_session_{mark}"
        self.browser = f"living_survey_browser_{mark}"
        self._signer = itsdangerous.TimestampSigner(
            secret, salt="living-survey.browser", digest_method=hashlib.sha256
        )

    def token(self, request: Request) -> str:
        """Return what the session's cookie holds, or nothing."""
        return request.cookies.get(_name(request, self.session), "")

    def open(self, request: Request, response: Response, token: str, account: str) -> None:
        """Set both cookies after a login. The session's has no end: the service ends sessions."""
        _set(request, response, self.session, token, None)
        known = self.known_browser(request, account)
        if not known:
            value = f"{_digest(account)}.{secrets.token_urlsafe(16)}"
            signed = self._signer.sign(value).decode("ascii")
            _set(request, response, self.browser, signed, _KNOWN)

    def close(self, request: Request, response: Response) -> None:
        """Delete the session's cookie."""
        response.delete_cookie(
            _name(request, self.session),
            secure=visit_of(request).secure,
            httponly=True,
            samesite="strict",
        )

    def known_browser(self, request: Request, account: str) -> str:
        """Return the name of a browser that logged in to this account before, or nothing."""
        cookie = request.cookies.get(_name(request, self.browser), "")
        try:
            value = self._signer.unsign(cookie, max_age=_KNOWN).decode("ascii")
        except itsdangerous.BadSignature:
            return ""
        owner, _, name = value.partition(".")
        return name if owner == _digest(account) else ""


def _digest(account: str) -> str:
    return hashlib.sha256(account_key(account).encode("utf-8", "replace")).hexdigest()[:16]


def _name(request: Request, name: str) -> str:
    return f"__Host-{name}" if visit_of(request).secure else name


def _set(request: Request, response: Response, name: str, value: str, seconds: int | None) -> None:
    response.set_cookie(
        _name(request, name),
        value,
        max_age=seconds,
        secure=visit_of(request).secure,
        httponly=True,
        samesite="strict",
    )
