"""The login, and the way out."""

from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.review.accounts import acts
from pipeline.review.accounts.login import Attempt, Doorkeeper, Later, Refused, log_in
from pipeline.review.accounts.places import TooManyLoginsError
from pipeline.review.refused import because
from pipeline.review.web.accounts.door import LINK, LOGIN
from pipeline.review.web.accounts.forms import (
    back_to,
    bare_page,
    by_of,
    read_open_form,
    team_of,
    without_team,
)
from pipeline.review.web.context import context_of, reviewer_of, session_of
from pipeline.review.web.desk.forms import act, text_of
from pipeline.review.web.visit import visit_of

#: characters of an address that is opened after the login, and of a name
_LONGEST, _LONGEST_NAME = 1_000, 200
#: seconds
_SOON = "5"


def login_page(request: Request) -> Response:
    """Show the form, or the queue to somebody who has a session."""
    refused = without_team(request)
    if refused is not None:
        return refused
    if session_of(request) is not None:
        return RedirectResponse("/queue", 303)
    query = request.query_params
    said = "The password is set. Log in with it." if "set" in query else ""
    # a link from another site does not carry the session
    foreign = request.headers.get("sec-fetch-site") in {"cross-site", "same-site"}
    return _page(request, next_=query.get("next", ""), said=said, again=foreign)


async def log_in_here(request: Request) -> Response:
    """Open a session for a name and its password."""
    return without_team(request) or await read_open_form(request, _log_in)


async def log_out(request: Request) -> Response:
    """End this session."""
    return without_team(request) or await act(request, _log_out)


def doorkeeper(request: Request) -> Doorkeeper:
    """Return what comparing passwords needs."""
    review, team = context_of(request), team_of(request)
    return Doorkeeper(
        review.open_store,
        team.hasher,
        review.clock,
        team.book.limits,
        team.refusals,
        team.usual,
    )


def attempt_of(request: Request, name: str, password: str, known_browser: str) -> Attempt:
    """Return an attempt to log in, or to confirm a password, from this request's address."""
    agent = request.headers.get("user-agent", "")
    return Attempt(name, password, visit_of(request).client, agent, known_browser)


def _log_in(request: Request, form: FormData) -> Response:
    team = team_of(request)
    name, next_ = text_of(form, "name")[:_LONGEST_NAME], text_of(form, "next")
    known = team.cookies.known_browser(request, name)
    attempt = attempt_of(request, name, text_of(form, "password"), known)
    try:
        outcome = log_in(doorkeeper(request), attempt)
    except TooManyLoginsError as error:
        page = _page(request, name, next_, str(error), status=503)
        page.headers["Retry-After"] = _SOON
        return page
    if isinstance(outcome, Later):
        because(request.scope, "login-delayed")
        return later(request, outcome, name, next_)
    if isinstance(outcome, Refused):
        because(request.scope, "wrong-password")
        wrong = "Name and password do not fit each other, or the account is disabled."
        return _page(request, name, next_, wrong, status=403)
    former = session_of(request)
    if former is not None:
        with context_of(request).open_store() as store:
            acts.end_session(store, reviewer_of(request), former, by_of(request))
    response = RedirectResponse(safe_address(next_), 303)
    team.cookies.open(request, response, outcome.token, outcome.account)
    return response


def later(request: Request, outcome: Later, name: str, next_: str = "") -> Response:
    """Return the answer to too many failures."""
    wait = f"{outcome.seconds} seconds" if outcome.seconds < 120 else _minutes(outcome.seconds)
    warning = f"Too many failed logins. Try again in {wait}."
    page = _page(request, name, next_, warning, status=429)
    page.headers["Retry-After"] = str(outcome.seconds)
    return page


def _log_out(request: Request, _form: FormData) -> Response:
    session = session_of(request)
    assert session is not None
    with context_of(request).open_store() as store:
        acts.end_session(store, reviewer_of(request), session, by_of(request))
    response = back_to(LOGIN)
    team_of(request).cookies.close(request, response)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _page(
    request: Request,
    name: str = "",
    next_: str = "",
    warning: str = "",
    *,
    said: str = "",
    again: bool = False,
    status: int = 200,
) -> Response:
    return bare_page(
        request,
        "accounts/login.html",
        status=status,
        heading="Log in",
        name=name,
        next=next_ if safe_address(next_) != "/queue" else "",
        warning=warning,
        said=said,
        again=again,
    )


def _minutes(seconds: int) -> str:
    return f"{-(-seconds // 60)} minutes"


def safe_address(text: str) -> str:
    """Return the address of one of our own pages, or the queue's, so that no link leads away."""
    fine = (
        len(text) <= _LONGEST
        and text.startswith("/")
        and not text.startswith(("//", "/\\"))
        and text.isprintable()
        and "\\" not in text
    )
    try:
        parts = urlsplit(text)
    except ValueError:
        return "/queue"
    leads_away = parts.scheme or parts.netloc or parts.path in {LOGIN, LINK, "/"}
    return text if fine and not leads_away else "/queue"
