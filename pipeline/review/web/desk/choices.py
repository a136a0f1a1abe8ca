"""Show what a view selects, and the links and fields that change it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from config.orders import ORDERS
from pipeline.review.selection import Days, Recent, Selection
from pipeline.review.web.desk.listing import Listing
from pipeline.review.web.view_state import QueueView
from storage.queue_filter import QueueLimits

#: the whole queue, also what is set aside
EVERYTHING = Selection(at_least=0.0)


@dataclass(frozen=True, slots=True)
class Count:
    """A link to a part of the queue, with how many papers wait there."""

    name: str
    #: None: not counted, because that takes seconds
    papers: int | None
    address: str
    shown: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """A part of the selection, and the address without it."""

    #: "section", "search" and so on
    kind: str
    text: str
    without: str


def counts(listing: Listing, limits: QueueLimits) -> list[Count]:
    """Return the parts of the queue: the day's work first, what is set aside last.

    While something is searched, they are the parts of what it finds.
    """
    selection = listing.selection
    tally = listing.found or listing.tally
    whole = listing.found is None or not selection.at_least
    likely = Selection(at_least=_percent(limits.likely_from))
    parts: tuple[tuple[str, int | None, Selection], ...] = (
        ("today", tally.likely_today, replace(likely, announced=Recent.NEWEST)),
        ("week", tally.likely_week, replace(likely, announced=Recent.WEEK)),
        ("likely", tally.above_limit, likely),
        ("aside", tally.set_aside if whole else None, Selection(set_aside=True)),
        ("all", tally.whole if whole else None, EVERYTHING),
    )
    if listing.found is not None:
        parts = tuple((name, size, _searching(part, selection)) for name, size, part in parts)
    return [
        Count(name, papers, QueueView(selection=part).url(), part == selection)
        for name, papers, part in parts
        if papers != 0 or name != "aside"
    ]


def _searching(part: Selection, selection: Selection) -> Selection:
    """Return a part of the queue with the words that are searched."""
    return replace(part, search=selection.search, author=selection.author)


def chosen(listing: Listing) -> list[Chosen]:
    """Return the parts of the selection, each with the address that drops it."""
    if listing.view.selection.is_default:
        return []
    view = listing.chosen
    dropped: dict[str, bool | str | None] = {
        "author": "",
        "search": "",
        "set_aside": False,
        "mine": False,
    }
    return [
        Chosen(kind, text, _or_all(view.choosing(**{kind: dropped.get(kind)})))
        for kind, text in _texts(listing.selection)
    ]


def orders(listing: Listing) -> list[tuple[str, str, bool]]:
    """Return each order with the address that reads the same papers in it, and whether it is."""
    return [
        (
            order,
            _or_all(listing.chosen.choosing(order=None if order == ORDERS[0] else order)),
            (listing.selection.order or ORDERS[0]) == order,
        )
        for order in ORDERS
    ]


def _texts(selection: Selection) -> Iterator[tuple[str, str]]:
    if isinstance(selection.announced, Days):
        yield "announced", str(selection.announced)
    elif selection.announced is not None:
        yield "announced", selection.announced.value
    if selection.at_least:
        yield "at_least", f"≥ {selection.at_least:g}\N{NARROW NO-BREAK SPACE}%"
    if selection.section:
        yield "section", selection.section
    for kind in ("category", "question", "author", "search"):
        if text := getattr(selection, kind):
            yield kind, text
    if selection.since:
        since = selection.since
        yield "since", since.date().isoformat() if isinstance(since, datetime) else since
    for kind in ("set_aside", "mine"):
        if getattr(selection, kind):
            yield kind, ""


def _or_all(view: QueueView) -> str:
    """Return the address; without any choice left it is the whole queue, not the day's work."""
    if view.selection.is_default:
        return QueueView(selection=EVERYTHING).url()
    return view.url()


def _percent(probability: float) -> float:
    return round(probability * 100, 6)
