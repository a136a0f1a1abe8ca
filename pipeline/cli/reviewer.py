"""`reviewer`: the accounts of the team, and the trail of what was done to them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from config.roles import Role
from pipeline.cli.answer import Answer, Column, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.cli.reviewer_password import entered_password
from pipeline.review.accounts import acts
from pipeline.review.accounts.acts import By
from pipeline.review.accounts.hashing import Hasher
from pipeline.review.accounts.link_address import link_address
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services, open_services
from storage.claims import Claims
from storage.store import Store
from storage.trail import TrailRow

_COLUMNS = (
    Column("account", flexible=True),
    Column("role"),
    Column("state"),
    Column("added"),
    Column("password"),
    Column("sessions", right=True),
)
#: acts that `trail` lists
_LISTED = 50

_Name = Annotated[str, typer.Argument(metavar="NAME", help="Of the account.", show_default=False)]
_PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        metavar="FILE",
        help="Whose first line is the password; - reads standard input.",
        show_default=False,
    ),
]
_Link = Annotated[
    bool, typer.Option("--link", help="Print a link with which the person chooses it, once.")
]


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account as `list` shows it."""

    name: str
    role: Role
    disabled: bool
    added_at: datetime
    #: None: it has no password
    password_at: datetime | None
    #: until when its link can be used; None: it has none
    link_until: datetime | None
    #: browsers that are logged in
    sessions: int


@dataclass(frozen=True, slots=True)
class Changed:
    """What a command did to an account."""

    account: str
    done: bool
    #: opens the page that sets the password; empty: none was made
    link: str = ""
    link_until: datetime | None = None


@command(
    "add",
    examples="""
    living-survey reviewer add ada --role admin
    living-survey reviewer add bo --link
    living-survey reviewer add cy --role publisher --password-file - < file
    """,
)
def add(
    invocation: Invocation,
    name: _Name,
    role: Annotated[Role, typer.Option(help="What the person may do.")] = Role.REVIEWER,
    password_file: _PasswordFile = None,
    *,
    link: _Link = False,
) -> Answer:
    """Add an account to the team; the first must be an admin's.

    From then on everybody logs in at the review pages. The password is asked for on the terminal,
    unless the person chooses it with a link. NAME stands in decisions for ever.
    """
    services = open_services(invocation.settings)
    by = _by(services)
    password = "" if link else entered_password(services.settings, name, password_file)
    hash_ = Hasher().hash(password) if password else ""
    with services.open_store() as store, store.transaction():
        added = acts.add_account(store, name, role, by)
        changed = _given(services, store, added, hash_, by)
    return Answer(changed, (f"{added} is added as {role.value}.", *_link_lines(changed)))


@command(
    "password",
    examples="""
    living-survey reviewer password ada
    living-survey reviewer password bo --link
    """,
)
def password(
    invocation: Invocation,
    name: _Name,
    password_file: _PasswordFile = None,
    *,
    link: _Link = False,
) -> Answer:
    """Set the password of an account, or make a link that sets it once.

    A new password ends all sessions of the account; a link ends none before it is used.
    """
    services = open_services(invocation.settings)
    by = _by(services)
    with services.open_store() as store:
        account = acts.held(store, name).name
    entered = "" if link else entered_password(services.settings, account, password_file)
    hash_ = Hasher().hash(entered) if entered else ""
    with services.open_store() as store, store.transaction():
        changed = _given(services, store, account, hash_, by)
    said = f"The link of {account} is made." if link else f"The password of {account} is set."
    return Answer(changed, (said, *_link_lines(changed)))


@command("role", examples="living-survey reviewer role bo publisher")
def role(
    invocation: Invocation,
    name: _Name,
    role: Annotated[
        Role, typer.Argument(metavar="ROLE", help="What the person may do.", show_default=False)
    ],
) -> Answer:
    """Change what an account may do: reviewer, publisher or admin.

    Each role includes the one before.
    """
    services = open_services(invocation.settings)
    with services.open_store() as store:
        done = acts.set_role(store, name, role, _by(services))
        account = acts.held(store, name).name
    said = f"{account} is now {role.value}." if done else f"{account} was {role.value} already."
    return Answer(Changed(account, done), (said,))


@command("disable", examples="living-survey reviewer disable bo")
def disable(invocation: Invocation, name: _Name) -> Answer:
    """End the sessions and tokens of an account for good, and refuse its logins.

    Its decisions stay. What it was to read is everybody's, and what it reads just now is free.
    """
    services = open_services(invocation.settings)
    with services.open_store() as store:
        done = acts.disable(store, name, _by(services))
        account = acts.held(store, name).name
    Claims(services.settings.database.path).end(services.clock(), of=account)
    said = f"{account} is disabled." if done.is_new else f"{account} was disabled already."
    ended = f"{counted(done.sessions, 'session')} and {counted(done.tokens, 'token')} ended."
    return Answer(Changed(account, done.is_new), (said, ended))


@command("enable", examples="living-survey reviewer enable bo")
def enable(invocation: Invocation, name: _Name) -> Answer:
    """Let a disabled account log in again, with its former password.

    Its tokens do not work again; `token create` makes new ones.
    """
    services = open_services(invocation.settings)
    with services.open_store() as store:
        done = acts.enable(store, name, _by(services))
        account = acts.held(store, name).name
    said = (
        f"{account} can log in again; its tokens stay ended."
        if done
        else f"{account} was not disabled."
    )
    return Answer(Changed(account, done), (said,))


@command("logout", examples="living-survey reviewer logout bo")
def logout(invocation: Invocation, name: _Name) -> Answer:
    """End all sessions of an account."""
    services = open_services(invocation.settings)
    with services.open_store() as store:
        ended = acts.end_sessions(store, name, _by(services))
        account = acts.held(store, name).name
    return Answer(Changed(account, ended > 0), (f"{account}: {counted(ended, 'session')} ended.",))


@command("list", examples="living-survey reviewer list\nliving-survey reviewer list --json")
def list_(invocation: Invocation) -> Answer:
    """List the accounts with their roles, passwords and sessions."""
    services = open_services(invocation.settings, read_only=True)
    with services.open_store() as store:
        changed, links = store.passwords.changed(), store.passwords.links()
        open_ = [one.account for one in store.web_sessions.all()]
        states = [
            AccountState(
                one.name,
                one.role,
                one.disabled,
                one.added_at,
                changed.get(one.name),
                links[one.name].expires_at if one.name in links else None,
                open_.count(one.name),
            )
            for one in store.accounts.all()
        ]
    if not states:
        return Answer(
            {"accounts": []},
            (
                "There are no accounts: one person reviews on this machine.",
                "`living-survey reviewer add NAME --role admin` makes the first.",
            ),
        )
    rows = [
        (
            one.name,
            one.role.value,
            "disabled" if one.disabled else "",
            f"{one.added_at:%Y-%m-%d}",
            f"{one.password_at:%Y-%m-%d}" if one.password_at else _no_password(one, services),
            one.sessions,
        )
        for one in states
    ]
    return Answer({"accounts": states}, (table(_COLUMNS, rows),))


@command(
    "trail",
    examples="""
    living-survey reviewer trail
    living-survey reviewer trail --about bo --limit 200 --json
    """,
)
def trail(
    invocation: Invocation,
    about: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Who did it, or what it was done to.", show_default=False
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Acts to list.")] = _LISTED,
) -> Answer:
    """List acts of administration, the newest first.

    They are about accounts, logins, rules and tokens. Addresses are kept for the days of
    [review] keep_networks_days.
    """
    services = open_services(invocation.settings, read_only=True)
    with services.open_store() as store:
        rows = store.trail.recent(limit, about=about)
    lines = tuple(map(_trail_line, rows)) or ("Nothing is in the trail.",)
    return Answer({"trail": rows}, lines)


def _trail_line(row: TrailRow) -> str:
    place = f" from {row.network}" if row.network else ""
    detail = f": {row.detail}" if row.detail else ""
    who = row.actor or "unknown"
    return f"{row.at:%Y-%m-%d %H:%M:%S}  {row.act}  {row.subject} by {who}{place}{detail}"


def _no_password(one: AccountState, services: Services) -> str:
    if one.link_until is None or one.link_until <= services.clock():
        return "none"
    return f"link until {one.link_until:%Y-%m-%d %H:%M}"


def _given(services: Services, store: Store, account: str, hash_: str, by: By) -> Changed:
    """Set the password of a hash; without one make a link."""
    if hash_:
        acts.set_password(store, account, hash_, by, how="by command")
        return Changed(account, done=True)
    review = services.settings.review
    token, link = acts.make_link(store, account, by, lasts=timedelta(hours=review.link_hours))
    return Changed(account, done=True, link=link_address(review, token), link_until=link.expires_at)


def _link_lines(changed: Changed) -> tuple[str, ...]:
    if not changed.link or changed.link_until is None:
        return ()
    until = f"{changed.link_until:%Y-%m-%d %H:%M}"
    return (
        changed.link,
        f"It sets the password once, until {until} UTC. Give it to the person alone.",
    )


def _by(services: Services) -> By:
    return By(reviewer_of(services.settings), services.clock())
