"""Rules on the dates of entries, and the forms in which dates are written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipeline.curated.lint.catalogue import Code
from pipeline.curated.lint.findings import Finding
from pipeline.curated.lint.subject import Subject
from pipeline.curated.markdown.dates import looks_like_date
from storage.arxiv_id import id_month
from storage.paper_key import is_doi_key

#: difference in months from which a date is reported
_OFF = 2
_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONG = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_PART = re.compile(
    r"(?P<year>\d{4})|(?P<number>\d{1,2})(?P<th>st|nd|rd|th)?|(?P<name>[A-Za-z]{3,})"
)

_YEAR = re.compile(r"\s*\d{4}\s*")
_NUMERIC = re.compile(r"y(?P<mark>[-/.])n(?P<day>(?P=mark)n)?")
_WORDED_PART = re.compile(r"Month|Mon|d|y")
_WORDED = re.compile(r"(?:(?:Month|Mon|d|y)[ ,./-]*)+")


def dates_off(subject: Subject) -> Iterator[Finding]:
    """Yield dates two months or more off the month of the ID."""
    for entry in subject.curated.entries:
        if entry.date is None or entry.arxiv_id is None or _YEAR.fullmatch(entry.date_text or ""):
            continue
        if is_doi_key(entry.arxiv_id.base):
            continue  # it names no month
        month = first_of_month(entry.arxiv_id.base)
        off = (entry.date.year - month.year) * 12 + entry.date.month - month.month
        if abs(off) >= _OFF:
            side = "after" if off > 0 else "before"
            yield subject.on(
                entry,
                Code.DATE_OFF,
                f"Its date, {entry.date_text}, is {abs(off)} months {side} the month of"
                f" {entry.arxiv_id.base}, {_SHORT[month.month - 1]} {month.year}.",
                "Correct the date, or the ID if it is wrong.",
            )


def impossible_dates(subject: Subject) -> Iterator[Finding]:
    """Yield dates that do not exist."""
    for entry in subject.curated.entries:
        if entry.date is None and entry.date_text and looks_like_date(entry.date_text):
            said = f"There is no such date as {entry.date_text}."
            yield subject.on(entry, Code.IMPOSSIBLE_DATE, said, "Correct it.")


def first_of_month(arxiv_id: str) -> date:
    """Return the first day of an ID's month."""
    return date(*id_month(arxiv_id), 1)


@dataclass(frozen=True, slots=True)
class DateForm:
    """How a date is written: its parts in order with what stands between them."""

    #: such as `d Mon y`; `Mon` short, `Month` whole, `n` a number of two digits
    shape: str
    #: whether its day is written with a leading zero; None: the day does not tell
    padded: bool | None
    #: whether the shape holds a day
    with_day: bool

    @property
    def says_may(self) -> bool:
        """Say whether the month is May, which is short and whole."""
        return "May" in self.shape


def form_of(text: str) -> DateForm:
    """Return the form of a date as written."""
    padded: list[bool] = []
    with_name = any(match["name"] for match in _PART.finditer(text))
    numbers = sum(match["number"] is not None for match in _PART.finditer(text))

    def part(match: re.Match[str]) -> str:
        if match["year"]:
            return "y"
        if match["name"]:
            name = match["name"]
            if name.casefold() == "may":
                return "May"
            return "Mon" if len(name) <= 4 else "Month"
        if int(match["number"]) < 10:
            padded.append(len(match["number"]) == 2)
        return f"d{match['th'] or ''}" if with_name else "n"

    shape = " ".join(_PART.sub(part, text.strip()).split())
    return DateForm(shape, padded[0] if padded else None, numbers >= (1 if with_name else 2))


def write_date(day: date, form: DateForm) -> str | None:
    """Return a date in another form; None: it cannot be written so with certainty."""
    if number := _NUMERIC.fullmatch(form.shape):
        mark = number["mark"]
        return day.strftime(f"%Y{mark}%m{mark}%d" if number["day"] else f"%Y{mark}%m")
    if not _WORDED.fullmatch(form.shape):
        return None
    parts = {
        "d": f"{day.day:02}" if form.padded else str(day.day),
        "Mon": _SHORT[day.month - 1],
        "Month": _LONG[day.month - 1],
        "y": str(day.year),
    }
    return _WORDED_PART.sub(lambda match: parts[match[0]], form.shape)
