"""Load the phrases of a digest in one language from templates/words.LANGUAGE.toml."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from config.errors import ConfigError
from pipeline.publish.digest.types import Name
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

    def count(self, what: str, number: int, **values: object) -> str:
        """Return the phrase `what` for a number, in singular or plural."""
        form = "one" if number == 1 else "many"
        return self.say(f"{what}_{form}", n=f"{number:,}", **values)

    def count_at_start(self, what: str, text: str) -> int | None:
        """Return the number of the phrase of `count` that begins a text; None: none does."""
        for form in ("many", "one"):
            before, _, after = self.texts[f"{what}_{form}"].partition("{n}")
            found = re.match(rf"{re.escape(before)}([\d,]+){re.escape(after)}", text)
            if found:
                return int(found[1].replace(",", ""))
        return None

    def listing(self, texts: Sequence[str]) -> str:
        """Return "a, b and c"."""
        if len(texts) < 2:
            return "".join(texts)
        head = self.texts["list_separator"].join(texts[:-1])
        return f"{head}{self.texts['last_separator']}{texts[-1]}"

    def span(self, week: Week) -> str:
        """Return the days of a week, such as "16-22 March 2026"."""
        first, last = week.first_day, week.last_day
        key = "span"
        if first.year == last.year:
            key = "span_in_month" if first.month == last.month else "span_in_year"
        return self.say(key, **self._day("", first), **self._day("last_", last))

    def day(self, day: date) -> str:
        """Return a day, such as "16 March 2026"."""
        return self.say("date", **self._day("", day))

    def name(self, name: Name) -> str:
        """Return the name in this language, else in English."""
        return name.names.get(self.code) or name.names.get("en") or name.fallback

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
