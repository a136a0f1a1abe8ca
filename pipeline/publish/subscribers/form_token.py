"""Sign when a form was made, with a random number, so that a program cannot send it by guessing."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pipeline.publish.subscribers.tokens import Purpose, Tokens

#: a person needs longer to fill the form in
_SOONEST = timedelta(seconds=2)
_LATEST = timedelta(hours=24)
_SECONDS = 10  # hexadecimal digits of the time


class FormAge(StrEnum):
    """Whether a form can be read, or the key of why not."""

    GOOD = ""
    FAST = "fault_form_fast"
    OLD = "fault_form_old"


@dataclass(frozen=True, slots=True)
class ReadForm:
    """What a token says."""

    age: FormAge
    #: random; empty: the token is not ours
    number: str


def make_form_token(tokens: Tokens, now: datetime) -> str:
    """Return a token for a form that is shown now."""
    subject = f"{int(now.timestamp()):0{_SECONDS}x}{secrets.token_hex(16)}"
    return tokens.make(Purpose.FORM, subject)


def read_form_token(tokens: Tokens, token: str, now: datetime) -> ReadForm:
    """Return the age of a form; one that is not ours counts as old."""
    subject = tokens.read(Purpose.FORM, token)
    if subject is None:
        return ReadForm(FormAge.OLD, "")
    age = timedelta(seconds=now.timestamp() - int(subject[:_SECONDS], 16))
    number = subject[_SECONDS:]
    if age > _LATEST or age < -_LATEST:
        return ReadForm(FormAge.OLD, number)
    return ReadForm(FormAge.FAST if age < _SOONEST else FormAge.GOOD, number)
