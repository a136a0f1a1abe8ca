"""Ask somebody who has a session for the password again, before acts that a thief would do."""

from dataclasses import dataclass, replace
from datetime import timedelta

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from pipeline.review.accounts import acts
from pipeline.review.accounts.login import Later, Refused, confirm, open_session
from pipeline.review.accounts.places import TooManyLoginsError
from pipeline.review.accounts.tokens import digest
from pipeline.review.web.accounts.forms import by_of, team_of
from pipeline.review.web.accounts.login_page import attempt_of, doorkeeper
from pipeline.review.web.context import context_of, reviewer_of, session_of
from pipeline.review.web.desk.forms import text_of
from pipeline.review.web.visit import keep_visit, visit_of


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Why the password does not confirm an act."""

    text: str
    status: int
    #: seconds to wait; 0: none
    later: int = 0


def unconfirmed(request: Request, form: FormData) -> Unconfirmed | None:
    """Return why the present password does not confirm an act; None: it does."""
    # what fails counts for this session, which may be stolen
    known = session_of(request) or ""
    attempt = attempt_of(request, reviewer_of(request), text_of(form, "present"), known)
    try:
        outcome = confirm(doorkeeper(request), attempt)
    except TooManyLoginsError as error:
        return Unconfirmed(f"Nothing was changed. {error}", 503)
    if isinstance(outcome, Later):
        text = f"Nothing was changed. Try again in {outcome.seconds} seconds."
        return Unconfirmed(text, 429, outcome.seconds)
    if isinstance(outcome, Refused):
        return Unconfirmed("Nothing was changed. The present password is another one.", 403)
    return None


def is_confirmed(request: Request) -> bool:
    """Return whether the password of this session was given within `confirm_minutes`."""
    review, name = context_of(request), reviewer_of(request)
    since = review.clock() - timedelta(minutes=review.settings.confirm_minutes)
    return any(
        one.digest == session_of(request) and one.opened_at > since
        for one in team_of(request).book.sessions_of(name)
    )


def renew_session(request: Request) -> str:
    """Replace the session of a request whose password was given; return the token of the new one.

    What is rendered afterwards belongs to the new session.
    """
    team, name, by = team_of(request), reviewer_of(request), by_of(request)
    with context_of(request).open_store() as store, store.transaction():
        acts.end_session(store, name, session_of(request) or "", by)
        attempt = attempt_of(request, name, "", "")
        token = open_session(store, name, attempt, by.at, team.book.limits)
    keep_visit(request, replace(visit_of(request), session=digest(token)))
    return token


def keep_session(request: Request, response: Response, token: str) -> None:
    """Give the browser its new session."""
    team_of(request).cookies.open(request, response, token, reviewer_of(request))
