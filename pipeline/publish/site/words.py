"""Load what the site says around the papers; dates and numbers are those of the digest."""

import tomllib
from functools import cache
from importlib.resources import files

from pipeline.publish.digest.words import Words
from pipeline.publish.digest.words import load_words as digest_words

_TEMPLATES = files("pipeline.publish.site") / "templates"


@cache
def load_words(language: str) -> Words:
    """Return the phrases of a language, those of the digest included.

    Raises:
        UnknownLanguageError: the language has no phrases.
    """
    digest = digest_words(language)
    text = (_TEMPLATES / f"words.{language}.toml").read_text(encoding="utf-8")
    return Words(language, {**digest.texts, **tomllib.loads(text)}, digest.months)
