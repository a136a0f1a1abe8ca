"""Say every text of the pages in the reader's language."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "zh")
_WORDS = Path(__file__).parent / "words"
_RANGE = re.compile(r"([A-Za-z]{1,8})[A-Za-z0-9-]{0,30}(?:;q=([01](?:\.\d{0,3})?))?")
#: characters of a header that are read
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language."""

    language: str
    texts: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """Return a text with its values; KeyError if there is none."""
        return self.texts[key].format(**values)


@cache
def texts_of(language: str) -> Texts:
    """Return the texts of a language."""
    file = _WORDS / f"{language}.toml"
    return Texts(language, tomllib.loads(file.read_text(encoding="utf-8")))


def choose_language(asked: str, accepted: str, *, otherwise: str | None = None) -> str:
    """Return the language of a page.

    Args:
        asked: in the page's address, by its links to other languages.
        accepted: the browser's Accept-Language header.
        otherwise: that of the reader's mails, if known, which is preferred to the browser's.
    """
    if asked in LANGUAGES:
        return asked
    if otherwise in LANGUAGES:
        return str(otherwise)
    best, highest = LANGUAGES[0], 0.0
    for part in accepted[:_LONGEST].split(","):
        found = _RANGE.fullmatch(part.replace(" ", ""))
        if found and found[1].lower() in LANGUAGES and float(found[2] or 1) > highest:
            best, highest = found[1].lower(), float(found[2] or 1)
    return best
