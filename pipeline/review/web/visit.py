"""Who sends a request: from which address, with TLS or not, and in which session."""

from dataclasses import dataclass
from typing import cast

from starlette.requests import Request

from config.access_schema import AccessSettings
from config.forwarded import Address, client_of, scheme_of
from pipeline.review.web.people import Person

_KEY = "living_survey.visit"


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of the sender of a request."""

    #: None: it is no address
    client: Address | None = None
    #: a trusted proxy says that the browser speaks TLS
    secure: bool = False
    #: None: it has no session
    person: Person | None = None
    #: what the tokens of its forms are bound to; None: it has no session
    session: str | None = None


def arrived(request: Request, settings: AccessSettings) -> Visit:
    """Return from where a request comes, before its session is looked at.

    The scheme of the request becomes that of the browser, for the comparison with Origin.
    """
    peer = request.client.host if request.client else ""
    headers, trusted = request.headers, settings.trusted_proxies
    client = client_of(peer, ",".join(headers.getlist("x-forwarded-for")), trusted)
    told = ",".join(headers.getlist("x-forwarded-proto"))
    scheme = scheme_of(peer, told, trusted)
    request.scope["scheme"] = scheme
    return Visit(client, secure=scheme == "https")


def keep_visit(request: Request, visit: Visit) -> None:
    """Keep what is known for the pages."""
    request.scope[_KEY] = visit


def visit_of(request: Request) -> Visit:
    """Return what is known of the sender of a request."""
    return cast("Visit", request.scope.get(_KEY, Visit()))
