"""Divide a section by the dates of its headings: `### 2025`, `### March 2025`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from config.when import says_when
from pipeline.curated.insertion.dates import Habits, find_dates, write_date
from pipeline.curated.insertion.layout import Layout, Run
from pipeline.curated.insertion.lines import line_start, normal
from pipeline.curated.insertion.surroundings import closing, heading_over, opening
from pipeline.curated.insertion.types import NewPaper

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEK = re.compile(r"\bweek\b", re.IGNORECASE)
_MONTH = re.compile(
    rf"\b(?P<name>{'|'.join(_MONTHS)})[a-z]*\b|(?<=\d[-/.])(?P<number>\d{{1,2}})(?!\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class NewHeading:
    """A heading for a time that a section has not named yet, in the form of another."""

    #: the entries below the other
    model: Run
    #: its lines
    text: str
    headings: tuple[str, ...]
    #: where it goes, in bytes
    offset: int
    #: what stands between it and its first entry, behind the last, and around the whole
    opening: str
    closing: str
    before: str
    after: str


def fits(headings: Sequence[str], paper: NewPaper) -> bool:
    """Say whether headings that say when include the day of a paper."""
    said = " / ".join(filter(says_when, headings))
    years = [int(year) for year in _YEAR.findall(said)]
    if not years:
        return True
    if not min(years) <= paper.day.year <= max(years):
        return False
    months = [_number(found) for found in _MONTH.finditer(said)]
    return len(months) != 1 or len(set(years)) > 1 or months[0] == paper.day.month


def _number(found: re.Match[str]) -> int:
    return _MONTHS.index(found["name"].lower()) + 1 if found["name"] else int(found["number"])


def new_heading(layout: Layout, dated: Sequence[Run], paper: NewPaper) -> NewHeading | None:
    """Return a heading for a paper's day; None where the others show no form for it.

    Args:
        layout: the file.
        dated: the entries of the section, all below headings that say when.
        paper: whose day no heading includes.
    """
    keyed = [(key, run) for run in dated if run.headings and (key := time_of(run.headings[-1]))]
    if not keyed:
        return None
    rises = len(keyed) > 1 and keyed[0][0] < keyed[-1][0]
    day = (paper.day.year, paper.day.month)
    older = [run for key, run in keyed if key < day]
    newer = [run for key, run in keyed if key > day]
    if rises:
        model, is_before = (newer[0], True) if newer else (keyed[-1][1], False)
    else:
        model, is_before = (older[0], True) if older else (keyed[-1][1], False)
    return _like(layout, model, paper, is_before=is_before)


def time_of(heading: str) -> tuple[int, int] | None:
    """Return year and month of a heading, 0 for no month; None for no year."""
    year, month = _YEAR.search(heading), _MONTH.search(heading)
    return (int(year[0]), _number(month) if month else 0) if year else None


def _like(layout: Layout, model: Run, paper: NewPaper, *, is_before: bool) -> NewHeading | None:
    over = heading_over(layout, model)
    begins = opening(layout, model)
    if over is None or begins is None or not says_when(over.heading.text):
        return None
    data, (first, last) = layout.data, over.heading.span
    start = line_start(data, first)
    written = dated_as(normal(data[start:last]), paper)
    named = dated_as(over.heading.text, paper)
    if written is None or named is None:
        return None
    ends = closing(layout, model)
    behind = normal(data[model.end : over.until]).removeprefix(ends)
    gap = behind if behind and not behind.strip() and over.until < len(data) else "\n\n"
    if is_before:
        offset, before, after = start, "", gap
    else:
        offset, before, after = model.end + len(ends.encode()), gap, ""
    headings = (*model.headings[:-1], named)
    return NewHeading(model, written, headings, offset, begins, ends, before, after)


def dated_as(text: str, paper: NewPaper) -> str | None:
    """Return a heading with a paper's time instead of its own; None unless it has one time."""
    found = list(find_dates(text, None))
    if len(found) != 1:
        return None
    (one,) = found
    form = {"parts": one.parts}
    day = paper.day
    if _WEEK.search(text):
        day -= timedelta(days=day.weekday())
    written = write_date(text[one.start : one.end], form, day, Habits())
    return text[: one.start] + written + text[one.end :]
