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
#: an ID or a number
_NUMBERED = re.compile(r"\S{0,40}?\d")
_RANGE = re.compile(r"([A-Za-z]{1,8})[A-Za-z0-9-]{0,30}(?:;q=([01](?:\.\d{0,3})?))?")


class Words(NullTranslations):
    """The words of a language: Chinese has one form for any number."""

    def __init__(self, catalogue: dict[str, str]) -> None:
        super().__init__()
        self._catalogue = catalogue
        self._forms = [
            (english.split("{}"), words) for english, words in catalogue.items() if "{}" in english
        ]

    def gettext(self, message: str) -> str:
        """Return a message in this language, or as it is."""
        return self._catalogue.get(message, message)

    def said(self, message: str) -> str:
        """Return a message of the program, whose values stand where the catalogue has `{}`."""
        whole = self._catalogue.get(message)
        if whole or len(message) > _LONGEST:
            return whole or message
        return self._formed(message) or self._listed(message) or message

    def _formed(self, message: str) -> str:
        """Return a sentence with values in this language; "" if no form fits it.

        The form whose own words begin first is the sentence, as what begins later belongs to a
        value of it; of those that begin together, the one with more words.
        """
        fitting = [
            (_begin(parts, values), -len("".join(parts)), words, values)
            for parts, words in self._forms
            if (values := _values(parts, message)) is not None
        ]
        if not fitting:
            return ""
        *_, words, values = min(fitting)
        return words.format(*map(self.said, values))

    def _listed(self, message: str) -> str:
        """Return a list of known words in this language; "" if anything else stands in it.

        Its parts are words alone, behind their number (`2 title`) or behind an ID.
        """
        for mark in ("; ", ", "):
            parts = _parts(message, mark)
            if len(parts) > 1:
                said = [self._listed(part) for part in parts]
                return self.gettext(mark).join(said) if all(said) else ""
        return self._part(message)

    def _part(self, text: str) -> str:
        known = self._catalogue.get(text) or self._formed(text)
        number, _, word = text.partition(" ")
        if known or not _NUMBERED.match(number):
            return known
        words = self._catalogue.get(word, "")
        in_order = (words, number) if number.replace(",", "").isdigit() else (number, words)
        return " ".join(in_order) if words else ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form for a number; a language without such forms has that of the plural."""
        return self._catalogue.get(msgid2) or super().ngettext(msgid1, msgid2, n)

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002 - gettext's signature
        """Return a message whatever its context."""
        return self.gettext(message)


def _parts(message: str, mark: str) -> list[str]:
    """Return what stands between the marks of a list; a mark in a quotation is none."""
    parts = [""]
    for piece in message.split(mark):
        if parts[-1].count('"') % 2:
            parts[-1] += mark + piece
        else:
            parts.append(piece)
    return parts[1:]


def _begin(parts: Sequence[str], values: Sequence[str]) -> int:
    """Return where the words of a form begin in a message: at once, or behind its first value."""
    return 0 if parts[0] else len(values[0])


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
