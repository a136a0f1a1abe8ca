"""Read the list that a reviewer works through: one page of it, and how much waits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypedDict

from starlette.requests import Request

from config.orders import PLANNED
from config.whole_number import whole_number
from pipeline.review.elsewhere import found_elsewhere
from pipeline.review.outlook.session import ids_left
from pipeline.review.selection import Recent, Selection, days_work
from pipeline.review.team.shares import read_standing, share_of
from pipeline.review.web.context import context_of, person_of, reviewer_of
from pipeline.review.web.desk.repeat import old_papers_in, with_old_papers, without_old_paper
from pipeline.review.web.texts import shown_title
from pipeline.review.web.view_state import QUEUE, QueueView, read_id
from storage.paper_search import FoundPaper
from storage.queue_filter import QueueFilter, QueueLimits, QueueRow, QueueShare, QueueTally
from storage.store import Store

#: papers of the list shown at a time
PAGE_SIZE = 30
_MOST_DEFERRED = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A paper in the list."""

    arxiv_id: str
    title: str
    in_scope: float
    section: str | None
    announced: date | None
    #: class of the scope dot: likely, perhaps or hardly
    scope: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list."""

    view: QueueView
    #: what the view selects; the day's work if it chooses nothing
    selection: Selection
    #: the papers of the page in order
    ids: tuple[str, ...]
    #: what is shown of them; none where only their order was asked for
    rows: tuple[Row, ...]
    pages: int
    total: int
    tally: QueueTally
    #: the first paper of the next page
    beyond: str = ""
    #: the place of the first of `ids` on the page, from 0
    first: int = 0
    #: how what a search finds is divided; None: nothing is searched
    found: QueueTally | None = None
    #: what it finds outside the view
    elsewhere: tuple[FoundPaper, ...] = ()

    @property
    def searched(self) -> Selection:
        """What a search begins with: what was chosen, and for the day's work all likely papers."""
        if self.view.selection.is_default:
            return replace(self.selection, announced=None)
        return replace(self.selection, search="")

    @property
    def chosen(self) -> QueueView:
        """The view with its selection spelled out, for links that change one part of it."""
        return replace(self.view, selection=self.selection)

    @property
    def newer(self) -> str:
        """The address of the page before, or empty."""
        return self.view.at_page(self.view.page - 1).url() if self.view.page > 1 else ""

    @property
    def older(self) -> str:
        """The address of the page after, or empty."""
        return self.view.at_page(self.view.page + 1).url() if self.view.page < self.pages else ""

    def place(self, arxiv_id: str) -> int | None:
        """Return where a paper stands on the page, from 0; None if it is not there."""
        return self.first + self.ids.index(arxiv_id) if arxiv_id in self.ids else None

    def following(self, arxiv_id: str) -> str:
        """Return the next paper's ID, or empty at the end of the list."""
        if arxiv_id not in self.ids:
            return self.ids[0] if self.ids else ""
        after = self.ids.index(arxiv_id) + 1
        return self.ids[after] if after < len(self.ids) else self.beyond

    def preceding(self, arxiv_id: str) -> str:
        """Return the ID of the paper before on the page, or empty."""
        before = self.ids.index(arxiv_id) if arxiv_id in self.ids else 0
        return self.ids[before - 1] if before else ""


_NO_TALLY = QueueTally({}, 0, 0, 0, 0, None, 0, 0, 0)


def filter_of(store: Store, request: Request, view: QueueView) -> QueueFilter:
    """Return the conditions of a view; the day's work if it chooses nothing."""
    return _resolved(store, request, view.list.selection)[1]


def told_listing(view: QueueView, query: Mapping[str, str]) -> Listing | None:
    """Return the neighbours of the open paper in the script's own list, or None if it tells none.

    It has the list of its page, so it names the paper's place there and those before and after it.
    """
    place = whole_number(query.get("place", ""), PAGE_SIZE)
    before, after = (read_id(query.get(name, "")) for name in ("before", "after"))
    if place is None or not view.paper or not after:
        return None
    ids = (before, view.paper, after) if before and place else (view.paper, after)
    return replace(_listing(view.list, view.list.selection, ids), first=place + 2 - len(ids))


def read_listing(
    store: Store, request: Request, view: QueueView, *, counted: bool = True
) -> Listing:
    """Return the page of the view's list; the last page if it is shorter meanwhile.

    Without `counted` only the order of its papers is read, which is faster: no numbers of papers
    and pages, and nothing of them to show.
    """
    listed = view.list
    if listed.path != QUEUE:
        rows = _deferred(store, person_of(request).limits) if listed.path == "/deferred" else ()
        ids = tuple(row.arxiv_id for row in rows)
        return Listing(listed, listed.selection, ids, rows, 1, len(rows), _NO_TALLY)
    selection, wanted, totals = _resolved(store, request, listed.selection)
    asked: _Page = {"limit": PAGE_SIZE + 1, "today": context_of(request).today}
    tally = _counted(store, request, wanted, totals) if counted else _NO_TALLY
    old = old_papers_in(store, request, wanted, tally.size)
    placed = old.placed
    if not counted and placed is None:
        ids = store.queue.ids(wanted, offset=_offset(listed), **asked)
        return _listing(listed, selection, ids)
    if counted:
        # a repeat that comes later is counted, but not on a page yet
        pages = max(1, -(-(tally.size + bool(placed)) // PAGE_SIZE))
        listed = listed.at_page(min(listed.page, pages))
        tally = with_old_papers(tally, old, wanted)
    shift = int(placed is not None and listed.page > 1)
    others = without_old_paper(wanted, placed)
    found = store.queue.rows(others, offset=_offset(listed) - shift, **asked)
    if placed is not None and listed.page == 1:
        found.insert(placed.place, placed.row)
    page = _listing(listed, selection, tuple(row.arxiv_id for row in found))
    if not counted:
        return page
    return replace(
        page,
        rows=_rows(found[:PAGE_SIZE], person_of(request).limits),
        pages=pages,
        total=tally.size,
        tally=tally,
        found=_found(store, request, wanted, tally) if wanted.search else None,
        elsewhere=found_elsewhere(
            store, wanted, today=asked["today"], shown={row.arxiv_id for row in found}
        ),
    )


class _Page(TypedDict):
    limit: int
    today: date


def _offset(listed: QueueView) -> int:
    return (listed.page - 1) * PAGE_SIZE


def _listing(listed: QueueView, selection: Selection, found: tuple[str, ...]) -> Listing:
    """Return a page of which only the order is known; one paper more was looked for."""
    ids, beyond = found[:PAGE_SIZE], found[PAGE_SIZE:]
    return Listing(listed, selection, ids, (), 1, 0, _NO_TALLY, beyond[0] if beyond else "")


def _resolved(
    store: Store, request: Request, selection: Selection
) -> tuple[Selection, QueueFilter, QueueTally | None]:
    """Return what a selection means today, its conditions, and the totals if they were needed."""
    limits = person_of(request).limits
    totals = newest = None
    if selection.is_default or isinstance(selection.announced, Recent):
        # the newest day is known only from the queue itself
        totals = store.queue.totals(
            today=context_of(request).today,
            limits=limits,
            without=store.opinions.closed_to(reviewer_of(request)),
        )
        newest = totals.newest_day
        if selection.is_default:
            selection = days_work(totals, limits)
    return selection, _filter(store, request, selection, newest), totals


def _counted(
    store: Store, request: Request, wanted: QueueFilter, totals: QueueTally | None
) -> QueueTally:
    today, limits = context_of(request).today, person_of(request).limits
    tally = store.queue.tally(wanted, today=today, limits=limits, totals=totals)
    if wanted.ids is None:
        return tally
    return replace(tally, size=len(store.queue.rows_of(set(wanted.ids) - wanted.without)))


def _found(store: Store, request: Request, wanted: QueueFilter, tally: QueueTally) -> QueueTally:
    """Return how what a search finds is divided.

    A search of a view with a limit is counted from the limit of likely papers on, because finding
    words in all unlikely papers takes seconds where millions wait.
    """
    limits = person_of(request).limits
    at_least = limits.likely_from if wanted.at_least else 0.0
    text = QueueFilter(
        search=wanted.search, author=wanted.author, at_least=at_least, without=wanted.without
    )
    today = context_of(request).today
    return store.queue.found(text, today=today, limits=limits, totals=tally)


def _filter(
    store: Store, request: Request, selection: Selection, newest: date | None
) -> QueueFilter:
    person = person_of(request)
    return selection.to_filter(
        newest_day=newest,
        limits=person.limits,
        visited_at=person.visited_at(store, context_of(request).clock()),
        planned=_planned(store, request) if selection.order == PLANNED else None,
        without=store.opinions.closed_to(person.name),
        share=_share(store, request) if selection.mine else None,
    )


def _planned(store: Store, request: Request) -> tuple[str, ...]:
    """Return what is left of the reviewer's session; nothing if none was started."""
    return ids_left(store, reviewer_of(request)) or ()


def _share(store: Store, request: Request) -> QueueShare:
    """Return what is the reviewer's to read today."""
    standing = read_standing(store, context_of(request).clock().date())
    return share_of(reviewer_of(request), standing.effective)


def _rows(found: Iterable[QueueRow], limits: QueueLimits) -> tuple[Row, ...]:
    return tuple(
        Row(
            row.arxiv_id,
            shown_title(row.title, row.arxiv_id),
            row.in_scope,
            row.top_section,
            row.announced,
            _scope(row.in_scope, limits),
        )
        for row in found
    )


def _deferred(store: Store, limits: QueueLimits) -> tuple[Row, ...]:
    return tuple(
        Row(
            item.paper.paper.arxiv_id,
            shown_title(item.paper.paper.title, item.paper.paper.arxiv_id),
            item.prediction.in_scope,
            item.prediction.sections[0].section if item.prediction.sections else None,
            None,
            _scope(item.prediction.in_scope, limits),
        )
        for item in store.queue.deferred(_MOST_DEFERRED)
    )


def _scope(in_scope: float, limits: QueueLimits) -> str:
    if in_scope >= limits.likely_from:
        return "likely"
    return "perhaps" if in_scope >= limits.set_aside_below else "hardly"
