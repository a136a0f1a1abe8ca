"""One's own account: the password, the browsers that are logged in, what was done to it."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from pipeline.review.accounts import acts
from pipeline.review.accounts.login import open_session
from pipeline.review.accounts.passwords import SHORTEST, PasswordError, check_password
from pipeline.review.web.accounts.confirm import Unconfirmed, unconfirmed
from pipeline.review.web.accounts.door import LOGIN
from pipeline.review.web.accounts.forms import back_to, by_of, team_of, without_team
from pipeline.review.web.accounts.login_page import attempt_of
from pipeline.review.web.context import (
    context_of,
    progress_of,
    reviewer_of,
    role_of,
    session_of,
)
from pipeline.review.web.desk.forms import act, text_of
from pipeline.review.web.error_pages import refuse
from pipeline.review.web.render import render

PATH = "/account"
#: acts that the page lists
_LISTED = 20
_SAID = {
    "password": "The new password counts. All other sessions ended.",
    "ended": "That session ended.",
}


def account_page(request: Request) -> Response:
    """Show the account of this session."""
    return without_team(request) or _page(request)


async def change_account(request: Request) -> Response:
    """Do what the pressed button of the form says."""
    return without_team(request) or await act(request, _change)


def _change(request: Request, form: FormData) -> Response:
    pressed = text_of(form, "act")
    if pressed == "password":
        return _change_password(request, form)
    session = text_of(form, "session")
    if session or pressed == "everywhere":
        # again, because whoever finds an open browser must not lock its owner out
        warning = unconfirmed(request, form)
        if warning is not None:
            return _warned(request, warning)
        return _end(request, session) if session else _end_all(request)
    return refuse(request, 400, "This form does not say what to do.", "Press a button on it.")


def _end_all(request: Request) -> Response:
    with context_of(request).open_store() as store:
        acts.end_sessions(store, reviewer_of(request), by_of(request))
    response = back_to(LOGIN)
    team_of(request).cookies.close(request, response)
    return response


def _end(request: Request, session: str) -> Response:
    with context_of(request).open_store() as store:
        acts.end_session(store, reviewer_of(request), session, by_of(request))
    if session == session_of(request):
        response = back_to(LOGIN)
        team_of(request).cookies.close(request, response)
        return response
    return back_to(f"{PATH}?done=ended")


def _change_password(request: Request, form: FormData) -> Response:
    review, team, name = context_of(request), team_of(request), reviewer_of(request)
    password = text_of(form, "password")
    warning = _refused(request, form, password)
    if warning is not None:
        return _warned(request, warning)
    hash_ = team.hasher.hash(password)
    attempt = attempt_of(request, name, "", "")
    by = by_of(request)
    with review.open_store() as store, store.transaction():
        acts.set_password(store, name, hash_, by, how="by its owner")
        token = open_session(store, name, attempt, by.at, team.book.limits)
    response = back_to(f"{PATH}?done=password")
    team.cookies.open(request, response, token, name)
    return response


def _refused(request: Request, form: FormData, password: str) -> Unconfirmed | None:
    """Return why the password is not changed; None: it is."""
    name = reviewer_of(request)
    if password != text_of(form, "again"):
        return Unconfirmed("Nothing was changed. These were two different passwords.", 400)
    try:
        check_password(password, (name, context_of(request).survey_title))
    except PasswordError as error:
        return Unconfirmed(f"Nothing was changed. {error}", 400)
    return unconfirmed(request, form)


def _warned(request: Request, warning: Unconfirmed) -> Response:
    page = _page(request, warning)
    if warning.later:
        page.headers["Retry-After"] = str(warning.later)
    return page


def _page(request: Request, warning: Unconfirmed | None = None) -> Response:
    review, name = context_of(request), reviewer_of(request)
    with review.read_store() as store:
        progress_of(request).read(store)
        changed = store.passwords.changed().get(name)
        rows = store.trail.recent(_LISTED, about=name)
    return render(
        request,
        "accounts/own.html",
        status=warning.status if warning else 200,
        heading="Your account",
        role=role_of(request).value,
        sessions=team_of(request).book.sessions_of(name),
        present=session_of(request),
        changed=changed,
        rows=rows,
        shortest=SHORTEST,
        warning=warning.text if warning else "",
        said="" if warning else _SAID.get(request.query_params.get("done", ""), ""),
    )
