"""Sign the tokens of links in mails: each works for one person and one purpose only.

A token has no date. What it may do is decided by what is recorded of the person: a confirmation can
be too old, a deleted person has no preferences.
"""

import hashlib
from enum import StrEnum

import itsdangerous

#: characters of a token; ours have about 80
_LONGEST = 200


class Purpose(StrEnum):
    """What a token allows."""

    #: of a confirmation ID
    CONFIRM = "confirm"
    #: of a confirmation ID: get no more such mails
    DECLINE = "decline"
    #: of a subscriber ID: see and change what is held
    PREFERENCES = "preferences"
    #: of a subscriber ID: end the subscription, and nothing else
    UNSUBSCRIBE = "unsubscribe"
    #: of a suggestion ID: see how it stands, take name and address back
    SUGGESTION = "suggestion"
    #: of a form: when it was made, and a random number
    FORM = "form"


class Tokens:
    """Makes and reads tokens with the survey's secret."""

    def __init__(self, secret: bytes) -> None:
        self._signers = {
            purpose: itsdangerous.Signer(
                secret,
                salt=f"living-survey.subscriber.{purpose.value}",
                key_derivation="hmac",
                digest_method=hashlib.sha256,
            )
            for purpose in Purpose
        }

    def make(self, purpose: Purpose, subject: str) -> str:
        """Return the token of a person or a confirmation; the same each time."""
        return self._signers[purpose].sign(subject).decode("ascii")

    def read(self, purpose: Purpose, token: str) -> str | None:
        """Return of whom a token is, or None if it is not one of ours for this purpose."""
        if len(token) > _LONGEST or not token.isascii():
            return None
        try:
            subject = self._signers[purpose].unsign(token).decode("ascii")
        except itsdangerous.BadSignature:
            return None
        # The last character of a signature has two bits that its reader ignores.
        return subject if token == self.make(purpose, subject) else None
