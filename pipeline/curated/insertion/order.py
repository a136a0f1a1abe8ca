"""Learn how entries are ordered, and where a new one belongs among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

from pipeline.curated.insertion.types import NewPaper
from pipeline.curated.types import Entry
from storage.arxiv_id import id_month
from storage.paper_key import is_doi_key

#: year, month and what orders within them; None where only the month is given
_Moment = tuple[int, int, float | None]
#: share of neighbouring entries that agree on an order
_CLEAR = 0.6
_FEW = 3


class Order(Enum):
    """How entries follow each other."""

    NEWEST_FIRST = auto()
    OLDEST_FIRST = auto()
    #: in none, or too few to tell
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Steps:
    """Neighbouring entries by which is newer."""

    down: int = 0
    up: int = 0

    def __add__(self, other: "Steps") -> "Steps":
        """Return the sum of two runs."""
        return Steps(self.down + other.down, self.up + other.up)

    @property
    def order(self) -> Order:
        """The order that most of them have."""
        most, total = max(self.down, self.up), self.down + self.up
        if not total or most < _CLEAR * total:
            return Order.UNKNOWN
        return Order.NEWEST_FIRST if self.down > self.up else Order.OLDEST_FIRST


def count_steps(entries: Sequence[Entry]) -> Steps:
    """Count where the next entry is older or newer."""
    moments = _moments(entries)
    known = [moment for moment in moments if moment is not None]
    down = sum(_is_older(later, earlier) for earlier, later in pairwise(known))
    up = sum(_is_older(earlier, later) for earlier, later in pairwise(known))
    return Steps(down, up)


def find_place(entries: Sequence[Entry], paper: NewPaper, of_list: Order) -> tuple[int, bool]:
    """Return before which entry a paper belongs, and whether newer ones stand above it.

    The place is the number of entries where it belongs at the end.

    Args:
        entries: in the order of the file.
        paper: the new one.
        of_list: how the whole list is ordered, where these entries do not tell.
    """
    steps = count_steps(entries)
    few = steps.down + steps.up < _FEW
    order = of_list if few and of_list is not Order.UNKNOWN else steps.order
    moments = _moments(entries)
    new = _moment_of_paper(paper, by_date=_by_date(entries))
    if order is Order.UNKNOWN:
        at_top = not few and _newest_stand_first(moments)
        return (0, True) if at_top else (len(entries), False)
    newest_first = order is Order.NEWEST_FIRST
    wrong_above = [
        moment is not None and (_is_older(moment, new) if newest_first else _is_older(new, moment))
        for moment in moments
    ]
    wrong_below = [
        moment is not None and (_is_older(new, moment) if newest_first else _is_older(moment, new))
        for moment in moments
    ]
    costs = [sum(wrong_below)]
    for above, below in zip(wrong_above, wrong_below, strict=True):
        costs.append(costs[-1] + above - below)
    best = min(costs)
    places = [place for place, cost in enumerate(costs) if cost == best]
    return (places[0] if newest_first else places[-1]), newest_first


def _by_date(entries: Sequence[Entry]) -> bool:
    return 2 * sum(entry.date is not None for entry in entries) >= len(entries)


def _moments(entries: Sequence[Entry]) -> list[_Moment | None]:
    by_date = _by_date(entries)
    return [_moment(entry, by_date=by_date) for entry in entries]


def _moment(entry: Entry, *, by_date: bool) -> _Moment | None:
    if not by_date:
        return _of_id(entry.arxiv_id.base) if entry.arxiv_id else None
    if entry.date is None:
        return None
    text = entry.date_text or ""
    numbers = "".join(c if c.isdigit() else " " for c in text).split()
    has_month_name = any(c.isalpha() and c.isascii() for c in text)
    precise = len(numbers) + has_month_name >= _FEW
    return entry.date.year, entry.date.month, entry.date.day if precise else None


def _moment_of_paper(paper: NewPaper, *, by_date: bool) -> _Moment:
    of_id = None if by_date else _of_id(paper.arxiv_id)
    return of_id or (paper.day.year, paper.day.month, paper.day.day)


def _of_id(base: str) -> _Moment | None:
    name = base.rpartition("/")[2].replace(".", "")
    if is_doi_key(base) or not name[:4].isdigit():
        return None
    return *id_month(base), float(name[4:] or 0)


def _is_older(one: _Moment, other: _Moment) -> bool:
    if one[2] is None or other[2] is None:
        return one[:2] < other[:2]
    return one < other


def _newest_stand_first(moments: Sequence[_Moment | None]) -> bool:
    dated = [(moment, place) for place, moment in enumerate(moments) if moment is not None]
    newest = sorted(dated, key=lambda one: (one[0][:2], one[0][2] or 0.0))[-_FEW:]
    return sum(place for _, place in newest) < len(newest) * (len(moments) - 1) / 2
