"""Read what a person wants to see of the queue, from a page's address or a command's options."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from config.errors import UsageError
from config.instants import read_instant
from config.nearest import nearest
from config.orders import ORDERS, PLANNED
from config.section_names import find_section
from config.taxonomy import Taxonomy
from config.visible import one_line
from storage.queue_filter import (
    QueueFilter,
    QueueLimits,
    QueueShare,
    QueueTally,
    search_terms,
)

#: days of the week that ends with the newest announcement
_WEEK = timedelta(days=6)
_LONGEST = 300
_CATEGORY = re.compile(r"[a-z-]{2,8}(?:\.[a-z-]{2,18})?", re.IGNORECASE)
_DAYS = "Write a day as 2026-11-25, several as 2026-11-20..2026-11-25, or `newest` or `week`."
_PERCENT = "Write percent from 0 to 100, such as 50."
_SINCE = "Write `visit`, a day such as 2026-11-25, or an instant such as 2026-11-25T08:00:00Z."


class Recent(StrEnum):
    """Announcement days that move with the newest one."""

    NEWEST = "newest"
    #: the seven days to the newest
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Days:
    """Announcement days, both inclusive; None: no bound on that side."""

    first: date | None
    last: date | None

    def __str__(self) -> str:
        """Return the notation that `read_selection` reads."""
        if self.first == self.last:
            return str(self.first)
        return f"{self.first or ''}..{self.last or ''}"


@dataclass(frozen=True, slots=True)
class Selection:
    """What a person chose; nothing chosen is None or empty."""

    announced: Recent | Days | None = None
    #: percent
    at_least: float | None = None
    section: str | None = None
    category: str | None = None
    #: a facet whose label the model left open
    question: str | None = None
    author: str = ""
    search: str = ""
    #: arrived after this instant; "visit": since the reviewer was here
    since: datetime | str | None = None
    #: only the papers that are set aside
    set_aside: bool = False
    #: only what is the person's to read: assigned to them, or to no one
    mine: bool = False
    order: str | None = None

    @property
    def is_default(self) -> bool:
        """Whether nothing was chosen, so that a page shows the day's work."""
        return self == Selection()

    @property
    def is_audit(self) -> bool:
        """Whether this is the random order of the whole queue, which the audit draws from."""
        return self == Selection(order="random")

    def contradiction(self, limits: QueueLimits) -> str:
        """Return why no paper can be selected; empty if one can."""
        if not self.set_aside or (self.at_least or 0.0) < limits.set_aside_below * 100:
            return ""
        return (
            f"No paper is both set aside, below {limits.set_aside_below * 100:g} %, and at least"
            f" {self.at_least or 0.0:g} %: leave one of them out."
        )

    def to_query(self) -> dict[str, str]:
        """Return the texts that `read_selection` reads, without what was not chosen."""
        since = self.since
        texts = {
            "announced": str(self.announced or ""),
            "at_least": "" if self.at_least is None else f"{self.at_least:g}",
            "section": self.section or "",
            "category": self.category or "",
            "question": self.question or "",
            "author": self.author,
            "search": self.search,
            "since": since.isoformat() if isinstance(since, datetime) else since or "",
            "set_aside": "1" if self.set_aside else "",
            "mine": "1" if self.mine else "",
            "order": self.order or "",
        }
        return {name: text for name, text in texts.items() if text}

    def to_filter(
        self,
        *,
        newest_day: date | None,
        limits: QueueLimits,
        visited_at: datetime | None = None,
        planned: tuple[str, ...] | None = None,
        without: frozenset[str] = frozenset(),
        share: QueueShare | None = None,
    ) -> QueueFilter:
        """Return the conditions on papers.

        `newest_day` is the newest announcement day of the queue, `visited_at` when the reviewer
        was here before, None: never, `planned` the papers of the reviewer's session, `share` what
        is the reviewer's, `without` papers that do not wait for him.
        """
        first, last = self._days(newest_day)
        return QueueFilter(
            section=self.section,
            category=self.category,
            at_least=(self.at_least or 0.0) / 100,
            below=limits.set_aside_below if self.set_aside else None,
            announced_from=first,
            announced_until=last,
            question=self.question,
            author=self.author,
            search=self.search,
            arrived_after=self.since
            if isinstance(self.since, datetime)
            else visited_at
            if self.since
            else None,
            ids=planned if self.order == PLANNED else None,
            share=share if self.mine else None,
            order=self.order or "likely",
            without=without,
        )

    def _days(self, newest_day: date | None) -> tuple[date | None, date | None]:
        if isinstance(self.announced, Days):
            return self.announced.first, self.announced.last
        if self.announced is None:
            return None, None
        # without an announced paper no day is the newest: nothing is selected
        newest = newest_day or date.max
        return (newest if self.announced is Recent.NEWEST else newest - _WEEK), newest


def days_work(tally: QueueTally, limits: QueueLimits) -> Selection:
    """Return what a page shows by itself: the likely papers of the newest announcement day.

    If none of them waits, it is those of the week, and else all likely papers.
    """
    likely = Selection(at_least=round(limits.likely_from * 100, 6))
    if tally.likely_today:
        return replace(likely, announced=Recent.NEWEST)
    if tally.likely_week:
        return replace(likely, announced=Recent.WEEK)
    return likely


def read_selection(texts: Mapping[str, str], taxonomy: Taxonomy) -> Selection:
    """Return the selection of these texts; other names are left alone.

    Raises:
        UsageError: a text is not of its form, or names what does not exist.
    """
    given = {name: one_line(text) for name, text in texts.items() if one_line(text)}
    for name in ("author", "search"):
        search_terms(given.get(name, ""))
    return Selection(
        announced=_announced(given["announced"]) if "announced" in given else None,
        at_least=_percent(given["at_least"]) if "at_least" in given else None,
        section=find_section(taxonomy, given["section"]).id if "section" in given else None,
        category=_category(given["category"]) if "category" in given else None,
        question=_question(given["question"], taxonomy) if "question" in given else None,
        author=given.get("author", ""),
        search=given.get("search", ""),
        since=_since(given["since"]) if "since" in given else None,
        set_aside=_switch("set_aside", given["set_aside"]) if "set_aside" in given else False,
        mine=_switch("mine", given["mine"]) if "mine" in given else False,
        order=_order(given["order"]) if "order" in given else None,
    )


def _announced(text: str) -> Recent | Days:
    if text.lower() in [*Recent]:
        return Recent(text.lower())
    first, dots, last = text[:_LONGEST].partition("..")
    days = Days(_day(first, text), _day(last if dots else first, text))
    if days == Days(None, None):
        raise _unreadable("announcement day", text, _DAYS)
    if days.first and days.last and days.first > days.last:
        raise UsageError(
            f"The announcement days end ({days.last}) before they begin ({days.first}).",
            hint=f"Write {days.last}..{days.first}.",
        )
    return days


def _day(text: str, whole: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise _unreadable("announcement day", whole, _DAYS) from None


def _percent(text: str) -> float:
    number = text.removesuffix("%").strip()
    try:
        percent = float(number) if number.isascii() else math.nan
    except ValueError:
        percent = math.nan
    if 0 < percent < 1:
        hint = f"Write percent: {percent * 100:g}."
        raise UsageError(f"A limit of {number:.20} is below one percent.", hint=hint)
    if not 0 <= percent <= 100:  # also what is no number
        raise _unreadable("limit", text, _PERCENT)
    return percent


def _category(text: str) -> str:
    if not _CATEGORY.fullmatch(text):
        raise _unreadable("category of arXiv", text, "Write it as cs.CV.")
    archive, point, subject = text.lower().partition(".")
    # arXiv writes two letters as capitals (cs.CV), longer names small (physics.comp-ph)
    return f"{archive}{point}{subject.upper() if len(subject) == 2 else subject}"


def _question(text: str, taxonomy: Taxonomy) -> str:
    return _one_of("question", text, [facet.name for facet in taxonomy.facets])


def _order(text: str) -> str:
    return _one_of("order", text, (*ORDERS, PLANNED))


def _one_of(what: str, text: str, known: "list[str] | tuple[str, ...]") -> str:
    if text.lower() in known:
        return text.lower()
    likely = nearest(text[:_LONGEST], known)
    meant = f"Did you mean {likely[0]}? " if likely else ""
    raise UsageError(
        f"The queue has no {what} {text[:40]!r}.", hint=f"{meant}Use one of: {', '.join(known)}."
    )


def _since(text: str) -> datetime | str:
    if text.lower() == "visit":
        return "visit"
    try:
        return read_instant(text)
    except ValueError:
        raise _unreadable("instant", text, _SINCE) from None


def _switch(name: str, text: str) -> bool:
    if text not in {"0", "1"}:
        raise _unreadable(f"value of {name}", text, "Write 1 for yes or 0 for no.")
    return text == "1"


def _unreadable(what: str, text: str, hint: str) -> UsageError:
    return UsageError(f"{text[:40]!r} is no {what}.", hint=hint)
