"""Load the phrases of a digest in one language from templates/words.LANGUAGE.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from config.errors import ConfigError
from pipeline.publish.digest.week import Week

_TEMPLATES = files("pipeline.publish.digest") / "templates"


class UnknownLanguageError(ConfigError):
    """The requested language has no phrases."""


@dataclass(frozen=True, slots=True)
class Words:
    """The phrases of one language; `code` is its BCP 47 tag, used for HTML's `lang`."""

    code: str
    texts: Mapping[str, str]
    months: tuple[str, ...]

    def say(self, key: str, **values: object) -> str:
        """Return a phrase with its {names} filled in."""
        return self.texts[key].format_map(values)

    def count(self, what: str, number: int) -> str:
        """Return a count of `papers` or `sections` in singular or plural."""
        return self.say(f"{what}_{'one' if number == 1 else 'many'}", n=number)

    def span(self, week: Week) -> str:
        """Return the days of a week, such as "16-22 March 2026"."""
        first, last = week.first_day, week.last_day
        key = "span"
        if first.year == last.year:
            key = "span_in_month" if first.month == last.month else "span_in_year"
        return self.say(key, **self._day("", first), **self._day("last_", last))

    def name(self, names: Mapping[str, str], fallback: str) -> str:
        """Return the name in this language, else in English."""
        return names.get(self.code) or names.get("en") or fallback

    def _day(self, prefix: str, day: date) -> dict[str, object]:
        return {
            f"{prefix}day": day.day,
            f"{prefix}month": self.months[day.month - 1],
            f"{prefix}year": day.year,
        }


def languages() -> tuple[str, ...]:
    """Return the available languages, sorted."""
    names = (entry.name for entry in _TEMPLATES.iterdir())
    return tuple(
        sorted(n.removeprefix("words.").removesuffix(".toml") for n in names if n[:6] == "words.")
    )


@cache
def load_words(language: str) -> Words:
    """Return the phrases of a language such as `en` or `zh`.

    Raises:
        UnknownLanguageError: the language has no file of phrases.
    """
    if language not in languages():
        raise UnknownLanguageError(
            f"A digest cannot be written in {language!r}.",
            hint=f"Set digest.languages to a list of these: {', '.join(languages())}.",
        )
    text = (_TEMPLATES / f"words.{language}.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    months = tuple(data.pop("months"))
    return Words(language, data, months)
