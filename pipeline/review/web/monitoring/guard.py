"""Decide who may read the numbers of a survey: who knows the token, else this machine only."""

import secrets
from ipaddress import ip_address

from starlette.requests import Request

#: a proxy in front of the service sends one of these for somebody else
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_SCHEME = "bearer "


def may_read(request: Request, token: str) -> bool:
    """Return whether a request may read the numbers.

    Args:
        request: of anybody.
        token: that `Authorization: Bearer` must have; empty: requests of this machine, which no
            proxy has passed on, need none.
    """
    if token:
        given = request.headers.get("authorization", "")
        if given[: len(_SCHEME)].lower() != _SCHEME:
            return False
        # compared in a time that does not depend on how much of it is right
        return secrets.compare_digest(given[len(_SCHEME) :].strip().encode(), token.encode())
    return _is_here(request) and not any(name in request.headers for name in _FORWARDED)


def _is_here(request: Request) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
