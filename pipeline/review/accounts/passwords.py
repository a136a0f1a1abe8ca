"""Decide which passwords may be set (ASVS 4.0.3, 2.1): long enough, and not guessed first.

There are no rules of composition: every character is allowed, none is demanded.
"""

import re
from collections.abc import Iterable

from config.errors import UsageError
from pipeline.review.accounts.hashing import READ, stable

#: characters
SHORTEST, LONGEST = 12, 128
#: guesses that a password must withstand, as zxcvbn estimates them
_GUESSES = 1e8
#: characters that a password has beside names
_BESIDE_NAMES = 8
#: characters that are examined, because the time grows with their square
_EXAMINED = 72
_WORD = re.compile(r"\w+")
_HINT = (
    "Use several words that have nothing to do with each other, or let a password manager make one."
)


class PasswordError(UsageError):
    """This password cannot be set."""


def check_password(password: str, names: Iterable[str] = ()) -> None:
    """Raise PasswordError unless a password may be set.

    Args:
        password: as it was entered.
        names: of the account, the survey and so on, which are guessed first.
    """
    text = stable(password)
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise PasswordError("The password is not valid text.", hint="Enter it in UTF-8.")
    if len(text) < SHORTEST:
        raise PasswordError(
            f"The password is shorter than {SHORTEST} characters.",
            hint=f"{_HINT} Longer is better than stranger.",
        )
    if len(text) > LONGEST or len(password) > READ:
        raise PasswordError(
            f"The password is longer than {LONGEST:,} characters.", hint="Shorten it."
        )
    parts = _parts(names)
    if _is_name(text, parts) or guesses(text, parts) < _GUESSES:
        raise PasswordError(
            "The password is among those that are guessed first: it is common, has a name in it,"
            " or repeats itself.",
            hint=_HINT,
        )


def guesses(password: str, names: Iterable[str] = ()) -> float:
    """Return how many guesses a password withstands, as zxcvbn estimates them.

    `names` are words that are guessed first.
    """
    from zxcvbn import zxcvbn  # noqa: PLC0415  lists of 90,000 words, needed rarely

    found = zxcvbn(password[:_EXAMINED], user_inputs=list(names), max_length=_EXAMINED)
    return float(found["guesses"])


def _parts(names: Iterable[str]) -> list[str]:
    """Return names and their words, the longest first."""
    parts = {part for name in names for part in (name.casefold(), *_WORD.findall(name.casefold()))}
    return sorted((part for part in parts if len(part) > 2), key=len, reverse=True)


def _is_name(password: str, parts: Iterable[str]) -> bool:
    """Return whether little is left of a password without the names in it."""
    left = password.casefold()
    for part in parts:
        left = left.replace(part, " ")
    added = sum(not sign.isspace() for sign in left)
    return left != password.casefold() and added < _BESIDE_NAMES
