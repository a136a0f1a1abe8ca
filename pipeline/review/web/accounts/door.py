"""Let requests of a team in: with a session, or to the pages that open one."""

from dataclasses import replace
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from config.loopback import is_loopback_host
from pipeline.review.accounts.link_address import LINK_PATH
from pipeline.review.refused import because
from pipeline.review.web.context import context_of, notice, wants_json
from pipeline.review.web.team_access import TeamAccess
from pipeline.review.web.visit import keep_visit, visit_of

#: what is opened without a session
LOGIN, LINK = "/login", LINK_PATH
_READING = frozenset({"GET", "HEAD"})


async def let_in(request: Request, access: TeamAccess) -> Response | None:
    """Return the response to a request that must not pass; None lets it pass."""
    review, visit = context_of(request), visit_of(request)
    if not is_private(request):
        because(request.scope, "plain-http")
        return notice(
            request,
            403,
            "These pages are opened with https only.",
            "Passwords could be read on the way. Open the https:// address of this survey. If you"
            " did, its proxy must send X-Forwarded-Proto and be named in [review] trusted_proxies.",
        )
    identity = access.book.identify(access.cookies.token(request))
    if identity is not None:
        person = review.people.named(identity.account, identity.role)
        keep_visit(request, replace(visit, person=person, session=identity.session.digest))
        if access.book.is_use_due(identity.session):
            await run_in_threadpool(access.book.write_use, identity.session)
        return None
    if request.scope["path"] in (LOGIN, LINK):
        return None
    if request.method in _READING and not wants_json(request):
        return RedirectResponse(f"{LOGIN}?next={quote(_own_address(request))}", 303)
    because(request.scope, "no-session")
    recorded = "" if request.method in _READING else "Nothing was recorded. "
    return notice(
        request,
        403,
        f"{recorded}The session has ended.",
        "Log in again in another tab, then try again here.",
    )


def is_private(request: Request) -> bool:
    """Return whether no one can read the request on its way."""
    visit = visit_of(request)
    if visit.secure or context_of(request).settings.plain_http == "allowed":
        return True
    # Whatever another name reaches comes from a proxy that does not say so.
    is_here = visit.client is not None and visit.client.is_loopback
    return is_here and is_loopback_host(request.url.hostname or "")


def _own_address(request: Request) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path
