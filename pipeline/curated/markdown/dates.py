"""Parse dates as curators write them."""

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = r"(?P<month>[A-Za-z]{3,9})\.?"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*{_NAME},?\s*(?P<year>\d{{4}})",
        rf"{_NAME}\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s*(?P<year>\d{{4}})",
        rf"{_NAME},?\s*(?P<year>\d{{4}})",
        r"(?P<year>\d{4})(?P<mark>[-/.])(?P<number>\d{1,2})(?:(?P=mark)(?P<day>\d{1,2}))?",
    )
)
#: searched first, because most texts have no year
_YEAR = re.compile(r"\d{4}")


def parse_date(text: str) -> date | None:
    """Read `12 Feb 2025`, `Nov 6, 2024`, `Aug 2024`, `2024-08-12` or `2024.08`.

    A month becomes its first day; any other text gives None.
    """
    if not _YEAR.search(text):
        return None
    for pattern in _PATTERNS:
        if match := pattern.fullmatch(text.strip()):
            parts = match.groupdict()
            month = _month(parts["month"]) if parts.get("month") else int(parts["number"])
            try:
                return date(int(parts["year"]), month, int(parts.get("day") or 1))
            except ValueError:
                return None
    return None


def looks_like_date(text: str) -> bool:
    """Tell an impossible date (`31 Feb 2024`) from a venue (`CVPR, 2024`)."""
    if not _YEAR.search(text):
        return False
    for pattern in _PATTERNS:
        if match := pattern.fullmatch(text.strip()):
            parts = match.groupdict()
            return bool(parts.get("day") or not parts.get("month") or _month(parts["month"]))
    return False


def _month(name: str) -> int:
    short = name[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0
