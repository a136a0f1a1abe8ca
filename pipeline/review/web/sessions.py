"""Sessions of browsers: a token in an address opens one, a signed cookie keeps it.

There are no accounts yet. Whoever knows the token may decide, so only the user who runs `serve` can
read it: it is printed, and derived from a key that other users cannot read.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

import itsdangerous
from starlette.requests import Request
from starlette.responses import Response

#: seconds; afterwards the printed address is opened again
_KEPT = 90 * 24 * 3600


def login_token(secret: bytes) -> str:
    """Return the token of the printed address; it stays the same as long as the key is kept."""
    return hmac.new(secret, b"living-survey.login", hashlib.sha256).hexdigest()[:32]


class _DatedNames(itsdangerous.TimestampSigner):
    """Signs names with the second of signing, because a stolen cookie ignores its max-age."""

    def __init__(self, secret: bytes, clock: Callable[[], float]) -> None:
        super().__init__(secret, salt="living-survey.session", digest_method=hashlib.sha256)
        self._clock = clock

    def get_timestamp(self) -> int:
        """Return the present second."""
        return int(self._clock())


class Sessions:
    """Stateless browser sessions: a signed random name and its date in a cookie."""

    def __init__(self, secret: bytes, *, clock: Callable[[], float] = time.time) -> None:
        self._names = _DatedNames(secret, clock)
        self._tokens = itsdangerous.Signer(
            secret, salt="living-survey.form", digest_method=hashlib.sha256
        )
        self._login = login_token(secret)
        # A name per key, because cookies ignore ports and two surveys may run on one machine.
        self.cookie = f"living_survey_{hashlib.sha256(b'cookie:' + secret).hexdigest()[:8]}"

    def current(self, request: Request) -> str | None:
        """Return the session of a request, or None without a valid cookie that is new enough."""
        cookie = request.cookies.get(self.cookie, "")
        try:
            return self._names.unsign(cookie, max_age=_KEPT).decode("ascii")
        except itsdangerous.BadSignature:
            return None

    def admits(self, token: str) -> bool:
        """Compare the token of an address in constant time."""
        return hmac.compare_digest(token.encode("utf-8", "replace"), self._login.encode())

    def begin(self) -> tuple[str, str]:
        """Return the name of a new session, and the signed name that is its cookie."""
        session = secrets.token_urlsafe(24)
        return session, self._names.sign(session).decode("ascii")

    def keep(self, response: Response) -> None:
        """Start a session: set its cookie, unreadable for scripts and other sites."""
        _, signed = self.begin()
        response.set_cookie(self.cookie, signed, max_age=_KEPT, httponly=True, samesite="strict")

    def token(self, session: str) -> str:
        """Return the token that the forms of a session carry."""
        return self._tokens.get_signature(session).decode("ascii")

    def fits(self, session: str | None, token: str) -> bool:
        """Compare a session's token in constant time."""
        return session is not None and self._tokens.verify_signature(
            session, token.encode("utf-8", "replace")
        )
