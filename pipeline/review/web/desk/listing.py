"""Read the list that a reviewer works through: one page of it, and its size."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipeline.review.web.texts import shown_title
from pipeline.review.web.view_state import QueueView
from storage.queue_filter import QueueFilter, QueueLimits
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
    day: date | None

    @property
    def scope(self) -> str:
        """The class of the scope dot."""
        return "likely" if self.in_scope >= 0.5 else "perhaps" if self.in_scope >= 0.1 else "hardly"


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list."""

    view: QueueView
    rows: tuple[Row, ...]
    pages: int
    total: int
    #: waiting papers by section, and those without
    sections: Mapping[str, int]
    size: int
    #: the first paper of the next page
    beyond: str = ""

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
        return next((n for n, row in enumerate(self.rows) if row.arxiv_id == arxiv_id), None)

    def following(self, arxiv_id: str) -> str:
        """Return the next paper's ID, or empty at the end of the list."""
        place = self.place(arxiv_id)
        if place is None:
            return self.rows[0].arxiv_id if self.rows else ""
        after = place + 1
        return self.rows[after].arxiv_id if after < len(self.rows) else self.beyond

    def preceding(self, arxiv_id: str) -> str:
        """Return the ID of the paper before on the page, or empty."""
        place = self.place(arxiv_id)
        return self.rows[place - 1].arxiv_id if place else ""


def read_listing(store: Store, view: QueueView, today: date) -> Listing:
    """Return the page of the view's list; the last page if it is shorter meanwhile."""
    listed = view.list
    if listed.path != "/queue":
        return _deferred(store, listed) if listed.path == "/deferred" else _nothing(listed)
    wanted = QueueFilter(section=listed.section, at_least=listed.at_least / 100, order=listed.order)
    tally = store.queue.tally(wanted, today=today, limits=QueueLimits())
    pages = max(1, -(-tally.size // PAGE_SIZE))
    listed = listed.at_page(min(listed.page, pages))
    found = store.queue.rows(
        wanted, limit=PAGE_SIZE + 1, offset=(listed.page - 1) * PAGE_SIZE, today=today
    )
    rows = tuple(
        Row(
            row.arxiv_id,
            shown_title(row.title, row.arxiv_id),
            row.in_scope,
            row.top_section,
            row.announced,
        )
        for row in found
    )
    return Listing(
        listed,
        rows[:PAGE_SIZE],
        pages,
        tally.size,
        tally.sections,
        tally.across,
        beyond=rows[PAGE_SIZE].arxiv_id if len(rows) > PAGE_SIZE else "",
    )


def _nothing(view: QueueView) -> Listing:
    return Listing(view, (), 1, 0, {}, 0)


def _deferred(store: Store, view: QueueView) -> Listing:
    rows = tuple(
        Row(
            item.paper.paper.arxiv_id,
            shown_title(item.paper.paper.title, item.paper.paper.arxiv_id),
            item.prediction.in_scope,
            item.prediction.sections[0].section if item.prediction.sections else None,
            None,
        )
        for item in store.queue.deferred(_MOST_DEFERRED)
    )
    return Listing(view, rows, 1, len(rows), {}, len(rows))
