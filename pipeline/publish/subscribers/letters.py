"""Write the mail that asks a person to confirm."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from config.visible import one_line
from pipeline.publish.subscribers.address import parse_address
from pipeline.publish.subscribers.links import SubscriberLinks
from storage.subscriber_types import Confirmation, ConfirmationKind

_TEXTS = Path(__file__).parent / "letters.toml"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one person, in plain text because nothing is more certain to arrive and be read."""

    confirmation_id: str
    to: str
    #: on one line
    subject: str
    #: lines end with a line feed
    text: str
    language: str


def confirmation_letter(
    asked: Confirmation, *, survey: str, links: SubscriberLinks, days: int
) -> Letter:
    """Return the mail of a confirmation whose address is not erased.

    A person who is subscribed already gets the link to their choices instead, so that the page
    where somebody asks need not tell who is subscribed.
    """
    assert asked.address is not None
    language = asked.choices.language
    texts = _texts()[language]
    words = texts[asked.kind.value]
    links_of = {
        ConfirmationKind.CONFIRM: lambda: {"confirm": links.confirm(asked.confirmation_id)},
        ConfirmationKind.KNOWN: lambda: {"preferences": links.preferences(asked.subscriber_id)},
    }
    values = {
        "address": parse_address(asked.address).readable,
        "survey": one_line(survey),
        "rhythm": texts["words"][asked.choices.rhythm.value],
        "days": str(days),
        "decline": links.decline(asked.confirmation_id),
        **links_of[asked.kind](),
    }
    return Letter(
        asked.confirmation_id,
        asked.address,
        words["subject"].format(**values),
        words["text"].lstrip("\n").format(**values),
        language,
    )


@cache
def _texts() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return tomllib.loads(_TEXTS.read_text(encoding="utf-8"))
