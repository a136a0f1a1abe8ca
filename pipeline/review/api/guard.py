"""Let requests through that carry a token in force; only the header is read, never a cookie."""

import logging
from collections.abc import Callable
from datetime import timedelta

from starlette.requests import Request

from config.errors import LivingSurveyError
from config.scopes import Scope
from pipeline.review.api.context import ApiContext, Caller
from pipeline.review.api.documents.problems import ProblemError
from pipeline.review.api.people import holder_of
from pipeline.review.tokens import hash_of
from pipeline.runtime.limiter import Limiter
from storage.api_tokens import Token
from storage.store import Store

_log = logging.getLogger(__name__)
#: between two notes of a token's last use
NOTED_EVERY = timedelta(minutes=10)
#: wrong tokens that an address may send in a minute
WRONG_PER_MINUTE = 60
_SCHEME = "bearer "
_CHALLENGE = 'Bearer realm="living-survey"'


class Guard:
    """Knows the callers of one service and how much they asked."""

    def __init__(self, per_minute: int, monotonic: Callable[[], float]) -> None:
        self._requests = Limiter(per_minute, monotonic)
        self._wrong = Limiter(WRONG_PER_MINUTE, monotonic)

    def admit(self, context: ApiContext, store: Store, request: Request, scope: Scope) -> Caller:
        """Return who sends a request.

        Raises:
            ProblemError: there is no token in force (401), it may not do this (403), or it asked
                too often (429).
        """
        secret = _secret_of(request)
        hashed = hash_of(secret) if secret else None
        token = store.api_tokens.by_hash(hashed) if hashed else None
        now = context.clock()
        if token is None or not token.is_live(now):
            # only those that were looked up; others do not hold up a token in force
            address = request.client.host if request.client else ""
            if hashed and (seconds := self._wrong.wait(address)):
                raise _too_many(seconds)
            raise _refused(secret, token)
        person = holder_of(store, token.person)
        if person is None:
            raise _refused(secret, token)
        if seconds := self._requests.wait(token.token_id):
            raise _too_many(seconds, person.name)
        scopes = frozenset(one for one in Scope if person.may(one) and one.value in token.scopes)
        if scope not in scopes:
            raise _forbidden(token, scope, person.role)
        return Caller(person, token, scopes)


def is_use_due(context: ApiContext, caller: Caller) -> bool:
    """Return whether the use of a token is noted, because the last note is some minutes old."""
    before = caller.token.used_at
    return before is None or not before <= context.clock() < before + NOTED_EVERY


def note_use(context: ApiContext, caller: Caller) -> None:
    """Note that a token was used."""
    try:
        with context.open_store() as store:
            store.api_tokens.note_use(caller.token.token_id, context.clock())
    except LivingSurveyError as error:  # the next request tries again
        _log.info("use of a token was not noted", extra={"error": error.message})


def _secret_of(request: Request) -> str:
    given = request.headers.getlist("authorization")
    if len(given) != 1 or given[0][: len(_SCHEME)].lower() != _SCHEME:
        return ""
    return given[0][len(_SCHEME) :].strip()


def _refused(secret: str, token: Token | None) -> ProblemError:
    account = ""
    if not secret:
        said, error = "This address needs a token.", ""
    elif token is None:
        said, error = "The token is not known.", ', error="invalid_token"'
    else:
        said, error = "The token has ended.", ', error="invalid_token"'
        account = token.person
    return ProblemError(
        401,
        "no-token",
        said,
        hint="Send `Authorization: Bearer TOKEN`; `living-survey token create` makes one.",
        headers={"WWW-Authenticate": _CHALLENGE + error},
        account=account,
    )


def _forbidden(token: Token, scope: Scope, role: str) -> ProblemError:
    if scope.value in token.scopes:
        said = f"{token.person} is {role}, which does not allow `{scope}`."
    else:
        said = f"The token may {', '.join(token.scopes)}, not {scope}."
    return ProblemError(
        403,
        "not-allowed",
        said,
        hint=f"`living-survey token create --scope {scope}` makes a token that may.",
        headers={"WWW-Authenticate": f'{_CHALLENGE}, error="insufficient_scope", scope="{scope}"'},
        account=token.person,
    )


def _too_many(seconds: int, account: str = "") -> ProblemError:
    return ProblemError(
        429,
        "too-many-requests",
        "Too many requests.",
        hint=f"Go on in {seconds} s.",
        headers={"Retry-After": str(seconds)},
        account=account,
    )
