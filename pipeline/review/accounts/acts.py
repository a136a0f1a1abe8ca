"""Add, change and disable accounts. Every act is in the trail, in the same transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from config.errors import UsageError
from config.roles import Role
from pipeline.review.accounts.lockout import account_counter, usual_counters
from pipeline.review.accounts.tokens import digest, new_token
from pipeline.review.proposal import reviewer_name
from pipeline.runtime.clock import check_clock
from pipeline.runtime.plurals import counted
from storage.accounts import Account
from storage.errors import AccountError
from storage.passwords import Link
from storage.store import Store


@dataclass(frozen=True, slots=True)
class By:
    """Who does something, when, and from which address."""

    actor: str
    at: datetime
    #: empty: the command line
    network: str = ""


@dataclass(frozen=True, slots=True)
class Disabled:
    """What disabling an account did."""

    #: it was not disabled before
    is_new: bool
    sessions: int
    tokens: int


class NoAdminError(UsageError):
    """Afterwards no admin would be left."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is the only admin who can log in.",
            hint="Make another one first: `living-survey reviewer role NAME admin`.",
        )


def add_account(store: Store, name: str, role: Role, by: By) -> str:
    """Record a new account; return its name.

    Raises:
        UsageError: it cannot be a name, or the first account is no admin.
        AccountError: there is one of this name.
        WrongClockError: the clock cannot be right.
    """
    checked = reviewer_name(name)
    check_clock(store, by.at)
    if role is not Role.ADMIN and not _admins(store):
        raise UsageError(
            "The first account must be an admin's, because only an admin adds others.",
            hint=f"`living-survey reviewer add {checked} --role admin`",
        )
    with store.transaction():
        store.accounts.add(checked, role, actor=by.actor, at=by.at)
        _note(store, by, "account.added", checked, role.value)
    return checked


def set_role(store: Store, name: str, role: Role, by: By) -> bool:
    """Record what an account may do; return whether that changed.

    Raises:
        AccountError: there is no such account.
        NoAdminError: it is the only admin.
    """
    account = held(store, name)
    if role is not Role.ADMIN:
        _check_admin_left(store, account)
    with store.transaction():
        changed = store.accounts.set_role(account.name, role, actor=by.actor, at=by.at)
        if changed:
            _note(store, by, "account.role", account.name, f"{account.role.value} to {role.value}")
    return changed


def disable(store: Store, name: str, by: By) -> Disabled:
    """End an account's sessions, links and tokens for good, and refuse its logins.

    Raises:
        AccountError: there is no such account.
        NoAdminError: it is the only admin.
    """
    account = held(store, name)
    _check_admin_left(store, account)
    with store.transaction():
        changed = store.accounts.disable(account.name, actor=by.actor, at=by.at)
        ended = store.web_sessions.end_of(account.name)
        store.passwords.end_links(account.name)
        tokens = _end_tokens(store, account, by)
        if changed:
            detail = f"{_sessions(ended)}, {counted(tokens, 'token')} revoked"
            _note(store, by, "account.disabled", account.name, detail)
    return Disabled(changed, ended, tokens)


def enable(store: Store, name: str, by: By) -> bool:
    """Let an account log in again, with its former password; return whether that is new.

    Its tokens do not come back. It raises AccountError.
    """
    account = held(store, name)
    with store.transaction():
        changed = store.accounts.enable(account.name, actor=by.actor, at=by.at)
        if changed:
            # earlier releases left tokens in force when they disabled an account
            _end_tokens(store, account, by)
            _note(store, by, "account.enabled", account.name)
    return changed


def set_password(store: Store, name: str, hash_: str, by: By, *, how: str) -> str:
    """Replace the password of an account, end its sessions and its delay; return its name.

    Args:
        store: of the survey.
        name: of the account.
        hash_: of the new password, which was checked.
        by: who does it.
        how: in the trail, such as `by link`.

    Raises:
        AccountError: there is no such account.
    """
    account = held(store, name)
    with store.transaction():
        store.passwords.set(account.name, hash_, by.at)
        store.passwords.end_links(account.name)
        store.login_failures.clear(account_counter(account.name))
        store.login_failures.clear_beginning(usual_counters(account.name))
        ended = store.web_sessions.end_of(account.name)
        _note(store, by, "password.set", account.name, f"{how}; {_sessions(ended)}")
    return account.name


def make_link(store: Store, name: str, by: By, *, lasts: timedelta) -> tuple[str, Link]:
    """Store a link that sets an account's password once; return its token, which is not stored.

    Raises:
        AccountError: there is no such account, or it is disabled.
        WrongClockError: the clock cannot be right, so the link could last for years.
    """
    account = held(store, name)
    if account.disabled:
        raise AccountError(
            f"The account {account.name!r} is disabled.",
            hint=f"Enable it first: `living-survey reviewer enable {account.name}`.",
        )
    check_clock(store, by.at)
    token = new_token()
    link = Link(account.name, by.actor, by.at, by.at + lasts)
    with store.transaction():
        store.passwords.add_link(digest(token), link)
        _note(store, by, "link.made", account.name, f"until {link.expires_at:%Y-%m-%d %H:%M} UTC")
    return token, link


def end_sessions(store: Store, name: str, by: By) -> int:
    """Log an account out everywhere; return how many sessions ended. It raises AccountError."""
    account = held(store, name)
    with store.transaction():
        ended = store.web_sessions.end_of(account.name)
        if ended:
            _note(store, by, "sessions.ended", account.name, _sessions(ended))
    return ended


def end_session(store: Store, name: str, digest_: str, by: By) -> bool:
    """End one session of an account; return whether there was one."""
    with store.transaction():
        own = any(one.digest == digest_ and one.account == name for one in store.web_sessions.all())
        ended = own and store.web_sessions.end(digest_)
        if ended:
            _note(store, by, "session.ended", name)
    return ended


def held(store: Store, name: str) -> Account:
    """Return the account of a name, or raise AccountError."""
    account = store.accounts.get(name)
    if account is None:
        raise AccountError(
            f"There is no account {name[:100]!r}.", hint="`living-survey reviewer list` names all."
        )
    return account


def _admins(store: Store) -> set[str]:
    return {one.name for one in store.accounts.all() if one.role is Role.ADMIN and not one.disabled}


def _check_admin_left(store: Store, account: Account) -> None:
    if _admins(store) == {account.name}:
        raise NoAdminError(account.name)


def _end_tokens(store: Store, account: Account, by: By) -> int:
    """End the tokens of an account for good, with a line of the trail each."""
    ended = store.api_tokens.revoke_of(account.name, actor=by.actor, now=by.at)
    for token_id in ended:
        _note(store, by, "token.revoked", account.name, token_id)
    return len(ended)


def _sessions(count: int) -> str:
    return f"{counted(count, 'session')} ended"


def _note(store: Store, by: By, act: str, subject: str, detail: str = "") -> None:
    store.trail.add(
        at=by.at, actor=by.actor, act=act, subject=subject, detail=detail, network=by.network
    )
