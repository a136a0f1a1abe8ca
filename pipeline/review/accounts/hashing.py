"""Hash passwords with Argon2id, and compare them with a hash.

Argon2 takes time and memory by design: 0.16 s of one processor (November 2026) and 64 MiB. One hash
is made at a time, in one lane, so that a flood of logins leaves the other processors to the pages.
"""

import unicodedata
from threading import Lock

import argon2

from pipeline.review.accounts.places import Places

#: characters that are read; passwords are shorter, and four of them may become one
READ = 4_000
#: of RFC 9106 (second choice), in one lane
PARAMETERS = argon2.Parameters(
    type=argon2.Type.ID,
    version=19,
    salt_len=16,
    hash_len=32,
    time_cost=3,
    memory_cost=64 * 1024,
    parallelism=1,
)


class Hasher:
    """Makes and compares hashes."""

    def __init__(self, parameters: argon2.Parameters = PARAMETERS) -> None:
        self._argon2 = argon2.PasswordHasher.from_parameters(parameters)
        self._turn = Lock()
        self.places = Places()
        #: calls of Argon2, for tests of equal work
        self.calls = 0
        #: compared with where an account has no password, so that it takes the same time
        self._dummy = self._argon2.hash("no account has this password")

    def hash(self, password: str) -> str:
        """Return the hash of a password, with its salt and parameters."""
        with self._turn:
            self.calls += 1
            return self._argon2.hash(stable(password))

    def fits(self, hash_: str | None, password: str) -> bool:
        """Return whether a password has this hash; None takes as long and never fits.

        Call it with one of the `places`.
        """
        with self._turn:
            self.calls += 1
            try:
                self._argon2.verify(hash_ or self._dummy, stable(password))
            except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
                return False
            return hash_ is not None and len(password) <= READ

    def is_outdated(self, hash_: str) -> bool:
        """Return whether a hash was made with other parameters than today's."""
        return self._argon2.check_needs_rehash(hash_)


def stable(password: str) -> str:
    """Return a password in one form, because keyboards give the same letter in several.

    Of a text longer than `READ` only the beginning is read, because marks are put in order in a
    time that grows with the square of their number; it is no password, and `fits` no account.
    """
    return normalize(password[:READ])


def normalize(text: str) -> str:
    """Return the text in Unicode's form NFKC."""
    return unicodedata.normalize("NFKC", text)
