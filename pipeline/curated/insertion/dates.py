"""Find dates in an entry with their form, and write another day in that form."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_MONTH = r"(?P<name>[A-Z][a-z]{2,8})(?P<dot>\.?)"
_DAY = r"(?P<day>\d{1,2})(?P<ordinal>st|nd|rd|th)?"
_PATTERNS = tuple(
    re.compile(rf"(?<![\w/.-]){pattern}(?![\w/-]|\.\d)")
    for pattern in (
        rf"{_DAY}[ -]{_MONTH},?[ -](?P<year>\d{{4}})",
        rf"{_MONTH} {_DAY},? ?(?P<year>\d{{4}})",
        rf"{_MONTH},? ?(?P<year>\d{{4}})",
        r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?:(?P=mark)(?P<day>\d{1,2}))?",
    )
)
_HAN = re.compile(r"(?P<year>\d{4})\u5e74(?:(?P<month>\d{1,2})\u6708(?:(?P<day>\d{1,2})\u65e5)?)?")
_PAIR = re.compile(r"(?<![\w/.-])(?P<a>\d{2})(?P<mark>[/.-])(?P<b>\d{2})(?![\w/-]|\.\d)")
_YEAR = re.compile(r"(?<![\w./-])(?P<year>(?:19|20)\d{2})(?![\w/-]|\.\d)")
_SHORT_YEAR = re.compile(r"['\u2019] ?(?P<short>\d{2})(?!\w)")


@dataclass(frozen=True, slots=True)
class Habits:
    """How a list writes what one date alone does not show."""

    #: `06 Nov`
    padded_day: bool = False
    #: `2024-06-03`
    padded_number: bool = True
    #: `March`, where the month of the date at hand is May
    whole_names: bool = False
    #: `arXiv 2024` where others have `ICML 2024`
    names_server: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A date by characters; `parts` are what stands in it, by place."""

    start: int
    end: int
    #: (name, start, end) in the date, in order
    parts: tuple[tuple[str, int, int], ...]
    #: whether it has a month
    precise: bool


def find_dates(text: str, month: tuple[int, int] | None) -> Iterator[Found]:
    """Yield the dates of a text in order.

    Args:
        text: a part of an entry.
        month: year and month of the paper, which tells `03/24` from `24.03`.
    """
    found: list[Found] = []
    for pattern in (*_PATTERNS, _HAN, _PAIR, _YEAR, _SHORT_YEAR):
        taken: list[tuple[int, int]] = []
        for match in pattern.finditer(text):
            start, end = match.span()
            parts = _pair(match, month) if pattern is _PAIR else _parts(match)
            if parts:
                taken.append((start, end))
                precise = any(name in {"name", "month"} for name, _, _ in parts)
                found.append(Found(start, end, parts, precise))
        text = _without(text, taken)
    yield from sorted(found, key=lambda one: one.start)


def _without(text: str, taken: list[tuple[int, int]]) -> str:
    """Return a text of the same length without what was found."""
    pieces: list[str] = []
    place = 0
    for start, end in taken:
        pieces += (text[place:start], "\x00" * (end - start))
        place = end
    return "".join((*pieces, text[place:]))


def _parts(match: re.Match[str]) -> tuple[tuple[str, int, int], ...]:
    groups = match.groupdict()
    name = groups.get("name")
    if name is not None and _month_of(name) is None:
        return ()
    number = groups.get("month")
    if number is not None and not 1 <= int(number) <= 12:
        return ()
    wanted = ("day", "ordinal", "name", "month", "year", "short")
    spans = [(key, *match.span(key)) for key in wanted if groups.get(key)]
    base = match.start()
    return tuple(sorted(((k, a - base, b - base) for k, a, b in spans), key=lambda one: one[1]))


def _pair(match: re.Match[str], month: tuple[int, int] | None) -> tuple[tuple[str, int, int], ...]:
    if month is None:
        return ()
    a, b, (year, number) = int(match["a"]), int(match["b"]), month
    if (a, b) == (year % 100, number):
        return (("short", 0, 2), ("month", 3, 5))
    if (a, b) == (number, year % 100):
        return (("month", 0, 2), ("short", 3, 5))
    if a == number and match["mark"] == "/":
        return (("month", 0, 2), ("day", 3, 5))
    return ()


def _month_of(name: str) -> int | None:
    for number, whole in enumerate(_NAMES, start=1):
        if name in {whole, whole[:3]} or (name == "Sept" and number == 9):
            return number
    return None


def learn_habits(dates: Iterable[tuple[str, Mapping[str, Any]]], *, names_server: bool) -> Habits:
    """Learn from all dates of a list, each with its form."""
    days: list[bool] = []
    numbers: list[bool] = []
    whole: list[bool] = []
    for text, form in dates:
        parts = form["parts"]
        is_numeric = any(name == "month" for name, _, _ in parts)
        for name, start, end in parts:
            value = text[start:end]
            if name in {"day", "month"} and (len(value) == 1 or value.startswith("0")):
                (numbers if is_numeric else days).append(value.startswith("0"))
            elif name == "name" and value != "May":
                whole.append(value in _NAMES)
    return Habits(
        2 * sum(days) > len(days),
        2 * sum(numbers) >= len(numbers),
        2 * sum(whole) > len(whole),
        names_server,
    )


def write_date(text: str, form: Mapping[str, Any], day: date, habits: Habits) -> str:
    """Return a day in the form of the date `text`, whose parts are `form["parts"]`."""
    pieces: list[str] = []
    place = 0
    is_numeric = any(name == "month" for name, _, _ in form["parts"])
    padded = habits.padded_number if is_numeric else habits.padded_day
    for name, start, end in form["parts"]:
        pieces += (
            text[place:start],
            _part(name, text[start:end], day, padded=padded, whole=habits.whole_names),
        )
        place = end
    return "".join((*pieces, text[place:]))


def _part(name: str, written: str, day: date, *, padded: bool, whole: bool) -> str:
    if name in {"day", "month"}:
        value = day.day if name == "day" else day.month
        if len(written) == 1 or written.startswith("0"):
            padded = written.startswith("0")
        return f"{value:02d}" if padded else str(value)
    if name == "ordinal":
        ends = {1: "st", 2: "nd", 3: "rd"}
        return "th" if day.day in {11, 12, 13} else ends.get(day.day % 10, "th")
    if name == "name":
        is_whole = written in _NAMES and (written != "May" or whole)
        return _NAMES[day.month - 1] if is_whole else _NAMES[day.month - 1][:3]
    return f"{day.year % 100:02d}" if name == "short" else str(day.year)
