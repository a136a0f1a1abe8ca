"""Choose the language of the pages, and translate their words."""

import re
import tomllib
from functools import cache
from gettext import NullTranslations
from pathlib import Path

#: beside English, whose words are those of the templates
TRANSLATED = ("zh",)
_WORDS = Path(__file__).parent / "words"
#: characters of a message that is compared with those of the catalogue
_LONGEST = 1_000
_RANGE = re.compile(r"([A-Za-z]{1,8})[A-Za-z0-9-]{0,30}(?:;q=([01](?:\.\d{0,3})?))?")


class Words(NullTranslations):
    """The words of a language: Chinese has one form for any number."""

    def __init__(self, catalogue: dict[str, str]) -> None:
        super().__init__()
        self._catalogue = catalogue
        self._forms = [
            (re.compile(re.escape(english).replace(r"\{\}", "(.*)"), re.DOTALL), words)
            for english, words in catalogue.items()
            if "{}" in english
        ]

    def gettext(self, message: str) -> str:
        """Return a message in this language, or as it is."""
        return self._catalogue.get(message, message)

    def said(self, message: str) -> str:
        """Return a message of the program, whose values stand where the catalogue has `{}`."""
        whole = self._catalogue.get(message)
        if whole or len(message) > _LONGEST:
            return whole or message
        for english, words in self._forms:
            if found := english.fullmatch(message):
                return words.format(*map(self.said, found.groups()))
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form for a number; a language without such forms has that of the plural."""
        return self._catalogue.get(msgid2) or super().ngettext(msgid1, msgid2, n)

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002 - gettext's signature
        """Return a message whatever its context."""
        return self.gettext(message)


@cache
def words_of(language: str) -> Words:
    """Return the words of a language; English ones are their own keys."""
    return Words(catalogue(language) if language in TRANSLATED else {})


def catalogue(language: str) -> dict[str, str]:
    """Return English texts and what they are in a language."""
    return tomllib.loads((_WORDS / f"{language}.toml").read_text(encoding="utf-8"))


def choose_language(wanted: str, accepted: str) -> str:
    """Return the language of a page.

    Args:
        wanted: the setting or the reviewer's preference; "auto" is the browser's.
        accepted: the browser's Accept-Language header.
    """
    if wanted != "auto":
        return wanted
    best, highest = "en", 0.0
    for part in accepted[:500].split(","):
        found = _RANGE.fullmatch(part.replace(" ", ""))
        if found and (language := found[1].lower()) in ("en", *TRANSLATED):
            quality = float(found[2] or 1)
            if quality > highest:
                best, highest = language, quality
    return best
