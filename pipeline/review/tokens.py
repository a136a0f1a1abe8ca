"""Make, check and end tokens of the JSON API.

A token is 256 random bits, so its plain SHA-256 is stored: such a secret cannot be guessed from its
hash, and a slow hash, as for passwords, would only slow down every request. It begins with `ls_`
and ends with a checksum, so that programs that look for leaked secrets find it and a mistyped one
is refused without asking the database.
"""

import hashlib
import re
import secrets
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.errors import UsageError
from config.scopes import NEEDED, Scope
from config.visible import one_line
from pipeline.review.proposal import reviewer_name
from pipeline.runtime.clock import check_clock
from storage.api_tokens import NewToken, Token
from storage.store import OpenStore, Store

#: what programs that look for leaked secrets search for
PATTERN = r"ls_[0-9A-Za-z]{49}"
#: of the longest life of a token
MOST_DAYS = 3650
#: a token that was not used for longer is worth a look
FORGOTTEN = timedelta(days=60)
#: a token in use that ends within this time is replaced
ENDING = timedelta(days=14)
#: characters
LABEL_LIMIT = 100
_TOKEN = re.compile(PATTERN)
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#: digits to the base of 62 that hold 256 and 32 bits
_SECRET, _CHECK = 43, 6


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token with its secret, which is shown once and not kept."""

    secret: str
    token: Token


def new_secret() -> str:
    """Return the text of a new token."""
    body = _written(secrets.randbits(256), _SECRET)
    return f"ls_{body}{_check_of(body)}"


def hash_of(text: str) -> str | None:
    """Return the sha256 of a token's text, or None if it cannot be a token."""
    if not _TOKEN.fullmatch(text):
        return None
    body = text[len("ls_") : -_CHECK]
    if _check_of(body) != text[-_CHECK:]:
        return None
    return hashlib.sha256(text.encode()).hexdigest()


def create_token(
    open_store: OpenStore,
    *,
    person: str,
    scopes: Collection[Scope],
    label: str,
    days: int | None,
    actor: str,
    clock: Callable[[], datetime],
) -> MadeToken:
    """Record a new token and return it with its secret.

    Args:
        open_store: opens the database.
        person: whose token it is; decisions made with it are theirs.
        scopes: what it may do.
        label: what it is for.
        days: after which it ends; None: never.
        actor: who makes it.
        clock: gives the present time.

    Raises:
        UsageError: a value breaks a rule.
        WrongClockError: the clock cannot be right, so the token could last for years.
    """
    if not scopes:
        raise UsageError("A token without a scope can do nothing.", hint="Name at least one scope.")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise UsageError(f"A token lives 1 to {MOST_DAYS} days.", hint="Give another number.")
    said = one_line(label)
    if len(said) > LABEL_LIMIT:
        raise UsageError(
            f"The label has {len(said)} characters; the limit is {LABEL_LIMIT}.", hint="Shorten it."
        )
    now, secret = clock(), new_secret()
    hashed = hash_of(secret)
    assert hashed is not None
    new = NewToken(
        token_id=secrets.token_hex(6),
        person=reviewer_name(person),
        label=said,
        scopes=tuple(scope.value for scope in Scope if scope in scopes),
        secret_hash=hashed,
        created_by=reviewer_name(actor),
        created_at=now,
        expires_at=None if days is None else now + timedelta(days=days),
    )
    with open_store() as store, store.transaction():
        check_clock(store, now)
        new = replace(new, person=_owner(store, new.person, scopes))
        store.api_tokens.add(new)
        store.trail.add(
            at=now,
            actor=new.created_by,
            act="token.created",
            subject=new.person,
            detail=f"{new.token_id} may {', '.join(new.scopes)}",
        )
        return MadeToken(secret, store.api_tokens.get(new.token_id))


def revoke_token(
    open_store: OpenStore, token_id: str, *, actor: str, clock: Callable[[], datetime]
) -> tuple[Token, bool]:
    """End a token at once; return it, and whether it was still in force.

    Raises:
        TokenNotFoundError: no token has this ID.
    """
    with open_store() as store, store.transaction():
        name, now = reviewer_name(actor), clock()
        done = store.api_tokens.revoke(token_id, actor=name, now=now)
        token = store.api_tokens.get(token_id)
        if done:
            store.trail.add(
                at=now, actor=name, act="token.revoked", subject=token.person, detail=token_id
            )
        return token, done


def forgotten_tokens(store: Store, now: datetime) -> tuple[Token, ...]:
    """Return the tokens in force that were made and last used long ago."""
    return tuple(
        one
        for one in store.api_tokens.all()
        if one.is_live(now) and (one.used_at or one.created_at) < now - FORGOTTEN
    )


def ending_tokens(store: Store, now: datetime) -> tuple[Token, ...]:
    """Return the tokens in force that end soon and were used lately, the first to end first."""
    ending = [
        one
        for one in store.api_tokens.all()
        if one.is_live(now)
        and one.expires_at is not None
        and one.expires_at <= now + ENDING
        and one.used_at is not None
        and one.used_at >= now - FORGOTTEN
    ]
    return tuple(sorted(ending, key=lambda one: (one.expires_at or now, one.token_id)))


def _owner(store: Store, name: str, scopes: Collection[Scope]) -> str:
    """Return the name of the account; without accounts it is the name as it is."""
    if not store.accounts.exist():
        return name
    account = store.accounts.get(name)
    if account is None or account.disabled:
        raise UsageError(
            f"{name} has no account that can be used.",
            hint="Give the name of an account with `--person NAME`.",
        )
    for scope in scopes:
        if not account.role.includes(NEEDED[scope]):
            raise UsageError(
                f"{account.name} is {account.role}, which does not allow `{scope}`.",
                hint=f"Leave out `{scope}`, or change the role first.",
            )
    return account.name


def _check_of(body: str) -> str:
    return _written(zlib.crc32(body.encode()), _CHECK)


def _written(number: int, digits: int) -> str:
    found = []
    for _ in range(digits):
        number, rest = divmod(number, len(_DIGITS))
        found.append(_DIGITS[rest])
    return "".join(reversed(found))
