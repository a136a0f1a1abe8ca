"""Represent the reviewer's page as a value that forms and links carry.

Its text is parsed and rebuilt, so that a form cannot redirect to another site.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from config.errors import UsageError
from config.orders import LIKELY_IN_TURN, ORDERS, PLANNED, UNCERTAIN_IN_TURN
from config.taxonomy import Taxonomy
from config.whole_number import whole_number
from pipeline.review.selection import Selection, read_selection
from storage.paper_key import parse_key

ORDER_LABELS: Mapping[str, str] = {order: order.capitalize() for order in ORDERS}
#: explanations of the orders whose label is not enough
ORDER_NOTES: Mapping[str, str] = {
    "uncertain": (
        "The papers the model is least sure about come first; deciding these improves it most."
    ),
    "mixed": (
        f"{LIKELY_IN_TURN} likely papers, then {UNCERTAIN_IN_TURN} uncertain ones, repeatedly."
    ),
    PLANNED: "The papers of your session, the one that is worth most first.",
    "random": (
        "Random order, independent of the model: what you decide here is the audit sample. Decide "
        "the papers in sequence; skipped and deferred papers count as unknown."
    ),
}
#: because a random order of a part says nothing about the rest
PARTIAL_NOTE = (
    "Random order of part of the queue: decisions here are not added to the audit sample."
)
#: characters of an ID in any spelling, also with its address
LONGEST_ID = 300
QUEUE = "/queue"
#: pages that papers are opened from
LISTS = frozenset(
    {
        QUEUE,
        "/deferred",
        "/decisions",
        "/inbox",
        "/plan",
        "/audit",
        "/queue-health",
        "/alike",
        "/conflicts",
    }
)
#: pages that an undo comes back to
PAGES = LISTS | {
    "/account",
    "/accounts",
    "/agreement",
    "/board",
    "/doubles",
    "/incomplete",
    "/issues",
    "/preferences",
    "/retrain",
    "/rulings",
    "/second-look",
    "/status",
    "/suggestions",
}
#: keeps the offset of a query small
_LAST_PAGE = 100_000
#: parts of an address that say what was just done, not what is shown
_PASSING = frozenset({"done", "said", "saved", "at", "part", "from"})


@dataclass(frozen=True, slots=True)
class QueueView:
    """A page of the review site and what is chosen on it."""

    path: str = QUEUE
    #: of the queue; other pages keep theirs in `texts`
    selection: Selection = field(default_factory=Selection)
    #: counted from 1
    page: int = 1
    #: key of the paper that is open; empty: the first of the list
    paper: str = ""
    #: of a paper's own page: the list it was opened from
    origin: "QueueView | None" = None
    #: the query of another page than the queue
    texts: tuple[tuple[str, str], ...] = ()

    @property
    def list(self) -> "QueueView":
        """The list that the next paper is taken from."""
        if self.path.startswith("/paper/"):
            return self.origin or QueueView()
        return replace(self, paper="")

    @property
    def is_audit(self) -> bool:
        """Whether decisions here are on a random draw from the whole queue."""
        listed = self.list
        return listed.path == QUEUE and listed.selection.is_audit

    @property
    def order_note(self) -> str:
        """The explanation of the order, if its label is not enough."""
        order = self.selection.order or ""
        if order == "random" and not self.is_audit:
            return PARTIAL_NOTE
        return ORDER_NOTES.get(order, "")

    def choosing(self, **changes: Any) -> "QueueView":
        """Return the first page with another choice."""
        return QueueView(selection=replace(self.selection, **changes))

    def at_page(self, page: int) -> "QueueView":
        """Return another page of the same list."""
        return replace(self, page=page, paper="")

    def at_paper(self, arxiv_id: str) -> "QueueView":
        """Return the place of a paper of the list: the desk, or its page for other lists."""
        listed = self.list
        if listed.path == QUEUE:
            return replace(listed, paper=arxiv_id)
        return self.whole_paper(arxiv_id)

    def whole_paper(self, arxiv_id: str) -> "QueueView":
        """Return the page of a paper, which leads back to this list."""
        return QueueView(f"/paper/{arxiv_id}", paper=arxiv_id, origin=self.list)

    def after(self, following: str, place: int, decision_id: str) -> str:
        """Return the address that shows the next paper, with a message on the decision.

        `place` is where the decided paper stood; the next paper moves there if `following` was
        decided meanwhile.
        """
        listed = self.list
        if listed.path == QUEUE:
            return replace(listed, paper=following).url(at=str(place), done=decision_id)
        return (self.at_paper(following) if following else listed).url(done=decision_id)

    def url(self, *, anchor: str = "", **also: str) -> str:
        """Return the address without defaults, with `also` in its query."""
        own_page = self.path.startswith("/paper/")
        query = {
            **self.selection.to_query(),
            **dict(self.texts),
            **({"page": str(self.page)} if self.page > 1 else {}),
            **({"paper": self.paper} if self.paper and not own_page else {}),
            **({"from": self.origin.url()} if self.origin else {}),
            **also,
        }
        return (
            quote(self.path)
            + (f"?{urlencode(query)}" if query else "")
            + (f"#{quote(anchor)}" if anchor else "")
        )


def read_view(path: str, query: Mapping[str, str], taxonomy: Taxonomy) -> QueueView:
    """Return the view of a query, or raise UsageError."""
    if path != QUEUE:
        texts = tuple((name, text) for name, text in query.items() if name not in _PASSING)
        return QueueView(path, texts=texts)
    page = query.get("page") or "1"
    number = whole_number(page, _LAST_PAGE)
    if not number:
        raise UsageError(f"Page {page[:20]!r} does not exist.", hint="Pages are counted from 1.")
    return QueueView(
        selection=read_selection(query, taxonomy),
        page=number,
        paper=read_id(query.get("paper", "")),
    )


def paper_view(arxiv_id: str, query: Mapping[str, str], taxonomy: Taxonomy) -> QueueView:
    """Return the view of a paper's page, with the list it was opened from."""
    origin = view_from_form(query.get("from", ""), taxonomy) if query.get("from") else None
    # one level: a paper opened from another paper's page has no list
    known = origin is not None and origin.path in LISTS
    return QueueView(
        f"/paper/{arxiv_id}", paper=arxiv_id, origin=origin.list if origin and known else None
    )


def view_from_form(text: str, taxonomy: Taxonomy, pages: AbstractSet[str] = LISTS) -> QueueView:
    """Return the view of a form, or the queue if the text is invalid or is none of the pages."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return QueueView()
    path, query = parts.path, dict(parse_qsl(parts.query))
    if path.startswith("/paper/"):
        arxiv_id = read_id(unquote(path.removeprefix("/paper/")))
        if query.get("from", "").startswith("/paper/"):
            query.pop("from")
        return paper_view(arxiv_id, query, taxonomy) if arxiv_id else QueueView()
    if path not in pages:
        return QueueView()
    try:
        return read_view(path, query, taxonomy)
    except UsageError:
        return QueueView(path)


def read_id(text: str) -> str:
    """Return the ID of a query, or empty if it is none."""
    return (parse_key(text) or "") if len(text) <= LONGEST_ID else ""
