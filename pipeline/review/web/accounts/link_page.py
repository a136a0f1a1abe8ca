"""The page that a one-time link opens: it sets a password. Opening it changes nothing."""

from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from pipeline.review.accounts import acts
from pipeline.review.accounts.acts import By
from pipeline.review.accounts.passwords import SHORTEST, PasswordError, check_password
from pipeline.review.accounts.tokens import digest
from pipeline.review.web.accounts.door import LOGIN
from pipeline.review.web.accounts.forms import (
    back_to,
    bare_page,
    read_open_form,
    team_of,
    without_team,
)
from pipeline.review.web.context import context_of, notice
from pipeline.review.web.desk.forms import text_of
from pipeline.review.web.visit import visit_of
from storage.passwords import Link
from storage.store import Store


def link_page(request: Request) -> Response:
    """Show the form that sets the password of the link's account."""
    refused = without_team(request)
    if refused is not None:
        return refused
    token = request.query_params.get("link", "")
    review = context_of(request)
    with review.read_store() as store:
        link = _valid(store, token, review.clock())
    return _gone(request) if link is None else _page(request, token, link.account)


async def use_link(request: Request) -> Response:
    """Set the password of the form; the link cannot be used again."""
    return without_team(request) or await read_open_form(request, _use)


def _use(request: Request, form: FormData) -> Response:
    review = context_of(request)
    token, password = text_of(form, "link"), text_of(form, "password")
    with review.read_store() as store:
        link = _valid(store, token, review.clock())
    if link is None:
        return _gone(request)
    if password != text_of(form, "again"):
        return _page(request, token, link.account, "These were two different passwords.")
    try:
        check_password(password, (link.account, review.survey_title))
    except PasswordError as error:
        return _page(request, token, link.account, str(error))
    hash_ = team_of(request).hasher.hash(password)
    client = visit_of(request).client
    with review.open_store() as store, store.transaction():
        now = review.clock()
        if _valid(store, token, now) is None:  # used meanwhile
            return _gone(request)
        by = By(link.account, now, "" if client is None else str(client))
        acts.set_password(store, link.account, hash_, by, how=f"by a link of {link.made_by}")
    return back_to(f"{LOGIN}?set=1")


def _valid(store: Store, token: str, now: datetime) -> Link | None:
    """Return the link of a token unless it expired, was used, or its account is disabled."""
    link = store.passwords.link(digest(token)) if token else None
    if link is None or now >= link.expires_at:
        return None
    account = store.accounts.get(link.account)
    return None if account is None or account.disabled else link


def _gone(request: Request) -> Response:
    return notice(
        request,
        410,
        "This link cannot be used.",
        "It was used, replaced or has expired. An admin of the survey can make another one.",
    )


def _page(request: Request, token: str, account: str, warning: str = "") -> Response:
    return bare_page(
        request,
        "accounts/link.html",
        status=400 if warning else 200,
        heading="Choose your password",
        account=account,
        link=token,
        warning=warning,
        shortest=SHORTEST,
    )
