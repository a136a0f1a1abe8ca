"""Choose the language of the pages, and translate their words."""

import re
import tomllib
from collections.abc import Sequence
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
        forms = [
            (english.split("{}"), words) for english, words in catalogue.items() if "{}" in english
        ]
        # one with more words of its own is tried before one that fits anything
        self._forms = sorted(forms, key=lambda form: -len("".join(form[0])))

    def gettext(self, message: str) -> str:
        """Return a message in this language, or as it is."""
        return self._catalogue.get(message, message)

    def said(self, message: str) -> str:
        """Return a message of the program, whose values stand where the catalogue has `{}`."""
        whole = self._catalogue.get(message)
        if whole or len(message) > _LONGEST:
            return whole or message
        for parts, words in self._forms:
            values = _values(parts, message)
            if values is not None:
                return words.format(*map(self.said, values))
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form for a number; a language without such forms has that of the plural."""
        return self._catalogue.get(msgid2) or super().ngettext(msgid1, msgid2, n)

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002 - gettext's signature
        """Return a message whatever its context."""
        return self.gettext(message)


def _values(parts: Sequence[str], message: str) -> list[str] | None:
    """Return what stands between the parts of a form, each as short as possible; None: it differs.

    A regular expression would try every way to divide a message, and errors quote foreign text.
    """
    first, *between, last = parts
    if not (message.startswith(first) and message.endswith(last)):
        return None
    start, end = len(first), len(message) - len(last)
    values = []
    for part in between:
        found = message.find(part, start, end)
        if found < 0:
            return None
        values.append(message[start:found])
        start = found + len(part)
    return [*values, message[start:end]] if start <= end else None


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
