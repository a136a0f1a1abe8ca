"""The accounts of the team, for admins: add, change, disable, invite."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from config.errors import UsageError
from config.roles import Role
from pipeline.review.accounts import acts
from pipeline.review.accounts.acts import By
from pipeline.review.accounts.link_address import LINK_PATH, link_address
from pipeline.review.web.accounts.confirm import (
    Unconfirmed,
    is_confirmed,
    keep_session,
    renew_session,
    unconfirmed,
)
from pipeline.review.web.accounts.forms import by_of, team_of, without_team
from pipeline.review.web.context import context_of, progress_of, require
from pipeline.review.web.desk.forms import act, text_of
from pipeline.review.web.render import render
from storage.accounts import Account
from storage.passwords import Link
from storage.store import Store

PATH = "/accounts"


@dataclass(frozen=True, slots=True)
class Row:
    """An account of the page."""

    account: Account
    #: None: it has no password
    password_at: datetime | None
    #: that can still be used
    link: Link | None
    sessions: int


@dataclass(frozen=True, slots=True)
class _Done:
    """What a form did, to say it above the table."""

    said: str = ""
    warning: str = ""
    #: address of a new link, which is shown once
    link: str = ""
    until: datetime | None = None
    status: int = 200


def accounts_page(request: Request) -> Response:
    """Show all accounts."""
    require(request, Role.ADMIN)
    return without_team(request) or _page(request, _Done())


async def change_accounts(request: Request) -> Response:
    """Do what the pressed button of the form says with one account."""
    require(request, Role.ADMIN)
    return without_team(request) or await act(request, _change)


def _change(request: Request, form: FormData) -> Response:
    """Change an account; a session whose password was given long ago is asked for it first.

    Whoever finds an open browser or steals a session must not take over other accounts.
    """
    if is_confirmed(request):
        return _changed(request, form)
    if not text_of(form, "present"):
        return _ask(request, form)
    refused = unconfirmed(request, form)
    if refused is not None:
        return _ask(request, form, refused)
    token = renew_session(request)
    response = _changed(request, form)
    keep_session(request, response, token)
    return response


def _changed(request: Request, form: FormData) -> Response:
    try:
        with context_of(request).open_store() as store, store.transaction():
            done = _act(request, store, form, by_of(request))
    except UsageError as error:
        done = _Done(warning=f"Nothing was changed. {error}", status=400)
    return _page(request, done)


def _ask(request: Request, form: FormData, refused: Unconfirmed | None = None) -> Response:
    """Return the page that asks for the password and then does what was pressed."""
    page = render(
        request,
        "accounts/confirm.html",
        status=refused.status if refused else 200,
        heading="Your password again",
        warning=refused.text if refused else "",
        minutes=context_of(request).settings.confirm_minutes,
        asked={name: text_of(form, name) for name in ("act", "name", "role")},
    )
    if refused and refused.later:
        page.headers["Retry-After"] = str(refused.later)
    return page


def _act(request: Request, store: Store, form: FormData, by: By) -> _Done:
    name, pressed = text_of(form, "name"), text_of(form, "act")
    if pressed == "add":
        added = acts.add_account(store, name, _role(form), by)
        return _invited(request, store, added, by)
    if pressed == "link":
        return _invited(request, store, name, by)
    if pressed == "role":
        role = _role(form)
        acts.set_role(store, name, role, by)
        return _Done("Saved.")
    if pressed == "disable":
        acts.disable(store, name, by)
        context_of(request).reading.end(acts.held(store, name).name)
        return _Done("The account is disabled. Its sessions and tokens ended for good.")
    if pressed == "enable":
        acts.enable(store, name, by)
        return _Done("The account can log in again. Its tokens stay ended.")
    if pressed == "logout":
        acts.end_sessions(store, name, by)
        return _Done("The sessions of the account ended.")
    raise UsageError("This form does not say what to do.", hint="Press a button on it.")


def _invited(request: Request, store: Store, name: str, by: By) -> _Done:
    hours = context_of(request).settings.link_hours
    token, link = acts.make_link(store, name, by, lasts=timedelta(hours=hours))
    settings = context_of(request).settings
    here = request.url.replace(path=LINK_PATH, query=f"link={token}", fragment="")
    return _Done(
        "This link sets the password once. Give it to the person alone; it is shown only now.",
        link=link_address(settings, token) if settings.hosts else str(here),
        until=link.expires_at,
    )


def _role(form: FormData) -> Role:
    try:
        return Role(text_of(form, "role"))
    except ValueError:
        raise UsageError(
            "This is no role.", hint=f"Choose {', '.join(role.value for role in Role)}."
        ) from None


def _page(request: Request, done: _Done) -> Response:
    review = context_of(request)
    now, book = review.clock(), team_of(request).book
    if not book.is_current():
        book.refresh()
    with review.read_store() as store:
        progress_of(request).read(store)
        changed, links = store.passwords.changed(), store.passwords.links()
        accounts = store.accounts.all()
    rows = [
        Row(
            one,
            changed.get(one.name),
            link if (link := links.get(one.name)) and link.expires_at > now else None,
            len(book.sessions_of(one.name)),
        )
        for one in accounts
    ]
    return render(
        request,
        "accounts/accounts.html",
        status=done.status,
        heading="Accounts",
        rows=rows,
        roles=[role.value for role in Role],
        done=done,
    )
