"""Select records of a bulk file by category and by submission day."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from config.errors import UsageError
from pipeline.ingest.sources.fields.categories import canonical_category, looks_like_category

_EVERYTHING_BELOW = re.compile(r"\.\*?$")


@dataclass(frozen=True, slots=True)
class Selection:
    """A filter; an empty one selects everything."""

    #: categories (`cs.CV`) and archives (`cs`), joined by OR
    categories: tuple[str, ...] = ()
    #: UTC days of version 1, inclusive
    from_day: date | None = None
    until_day: date | None = None

    def wants_categories(self, listed: str) -> bool:
        """Say whether a blank-separated list of old or new category names is selected."""
        return not self.categories or _any_wanted(self.categories, listed)

    def wants_day(self, submitted_at: datetime) -> bool:
        """Say whether a day of submission is selected."""
        if self.from_day is None and self.until_day is None:
            return True
        day = submitted_at.date()
        return (self.from_day or day) <= day <= (self.until_day or day)

    def __str__(self) -> str:
        """Return the name used in cursors, equal for equal filters."""
        days = f"{self.from_day or ''}..{self.until_day or ''}"
        return f"{' '.join(self.categories)} {days}".strip()


def selection_of(
    categories: tuple[str, ...], *, from_day: date | None, until_day: date | None
) -> Selection:
    """Build the filter from command-line arguments (`cs.CV`, `cs`, `cs.`, `cs.*`).

    Raises:
        UsageError: an argument is not a category, or the last day is before the first.
    """
    if from_day and until_day and from_day > until_day:
        raise UsageError(
            f"The window ends ({until_day}) before it begins ({from_day}).",
            hint="Give `--from` the earlier day.",
        )
    names = set()
    for word in categories:
        name = canonical_category(_EVERYTHING_BELOW.sub("", word.strip()))
        if not looks_like_category(name):
            raise UsageError(
                f"{word!r} is not a category.",
                hint="Write cs.CV for a category, cs for a whole archive.",
            )
        names.add(name)
    return Selection(tuple(sorted(names)), from_day, until_day)


@lru_cache(maxsize=65536)
def _any_wanted(wanted: tuple[str, ...], listed: str) -> bool:
    for name in listed.split():
        today = canonical_category(name)
        for known in (name, today):
            if known in wanted or known.partition(".")[0] in wanted:
                return True
    return False
