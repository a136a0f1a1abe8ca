"""Represent the reviewer's page as a value that forms carry.

Its text is parsed and rebuilt, so that a form cannot redirect to another site.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from config.errors import UsageError
from config.orders import LIKELY_IN_TURN, ORDERS, UNCERTAIN_IN_TURN
from config.taxonomy import Taxonomy
from storage.arxiv_id import parse_arxiv_id

ORDER_LABELS: Mapping[str, str] = {order: order.capitalize() for order in ORDERS}
#: explanations of the orders whose label is not enough
ORDER_NOTES: Mapping[str, str] = {
    "uncertain": (
        "The papers the model is least sure about come first; deciding these improves it most."
    ),
    "mixed": (
        f"{LIKELY_IN_TURN} likely papers, then {UNCERTAIN_IN_TURN} uncertain ones, repeatedly."
    ),
    "random": (
        "Random order, independent of the model: what you decide here is the audit sample. Decide "
        "the papers in sequence; skipped and deferred papers count as unknown."
    ),
}
#: because a random order of a part says nothing about the rest
PARTIAL_NOTE = (
    "Random order of part of the queue: decisions here are not added to the audit sample."
)
#: percent; less likely papers can be hidden
LIMITS = (0, 10, 50)
#: keeps the offset of a query small
_LAST_PAGE = 100_000
#: characters of an arXiv ID in any spelling, also with its address
LONGEST_ID = 64
#: pages that list papers
LISTS = frozenset({"/queue", "/deferred", "/decisions"})


@dataclass(frozen=True, slots=True)
class QueueView:
    """A page of the review site and what is selected on it."""

    path: str = "/queue"
    section: str | None = None
    order: str = "likely"
    #: counted from 1
    page: int = 1
    #: percent, one of LIMITS
    at_least: int = 0
    #: arXiv ID of the paper that is open; empty: the first of the list
    paper: str = ""
    #: of a paper's own page: the list it was opened from
    origin: "QueueView | None" = None

    @property
    def list(self) -> "QueueView":
        """The list that the next paper is taken from."""
        if self.path.startswith("/paper/"):
            return self.origin or QueueView()
        return replace(self, paper="")

    @property
    def is_audit(self) -> bool:
        """Whether decisions here are on a random draw from the whole queue."""
        if self.origin is not None:
            return self.origin.is_audit
        return self.order == "random" and self.section is None and not self.at_least

    @property
    def order_note(self) -> str:
        """The explanation of the order, if its label is not enough."""
        if self.order == "random" and not self.is_audit:
            return PARTIAL_NOTE
        return ORDER_NOTES.get(self.order, "")

    def in_section(self, section: str | None) -> "QueueView":
        """Return the first page of a section (None: all) in the same order."""
        return replace(self, section=section, page=1, paper="")

    def in_order(self, order: str) -> "QueueView":
        """Return the first page in another order."""
        return replace(self, order=order, page=1, paper="")

    def with_limit(self, at_least: int) -> "QueueView":
        """Return the first page with another limit."""
        return replace(self, at_least=at_least, page=1, paper="")

    def at_page(self, page: int) -> "QueueView":
        """Return another page of the same list."""
        return replace(self, page=page, paper="")

    def at_paper(self, arxiv_id: str) -> "QueueView":
        """Return the place of a paper of the list: the desk, or its page for other lists."""
        listed = self.list
        if listed.path == "/queue":
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
        if listed.path == "/queue":
            return replace(listed, paper=following).url(at=str(place), done=decision_id)
        return (self.at_paper(following) if following else listed).url(done=decision_id)

    def url(self, *, anchor: str = "", **also: str) -> str:
        """Return the address without defaults, with `also` in its query."""
        own_page = self.path.startswith("/paper/")
        query = {
            **({"section": self.section} if self.section else {}),
            **({"order": self.order} if self.order != "likely" else {}),
            **({"at_least": str(self.at_least)} if self.at_least else {}),
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
    section = query.get("section") or None
    if section is not None:
        taxonomy.section(section)
    order = query.get("order") or "likely"
    if order not in ORDERS:
        raise UsageError(f"Unknown order {order!r}.", hint=f"Use one of: {', '.join(ORDERS)}.")
    page = query.get("page") or "1"
    if not (page.isascii() and page.isdigit() and 1 <= int(page[:9]) <= _LAST_PAGE):
        raise UsageError(f"Page {page[:20]!r} does not exist.", hint="Pages are counted from 1.")
    at_least = query.get("at_least") or "0"
    if at_least not in map(str, LIMITS):
        raise UsageError(
            f"Unknown limit {at_least[:20]!r}.",
            hint=f"Use one of: {', '.join(map(str, LIMITS))} (percent).",
        )
    named = query.get("paper", "")
    open_paper = parse_arxiv_id(named) if len(named) <= LONGEST_ID else None
    return QueueView(
        path,
        section,
        order,
        int(page),
        int(at_least),
        open_paper.base if open_paper else "",
    )


def paper_view(arxiv_id: str, query: Mapping[str, str], taxonomy: Taxonomy) -> QueueView:
    """Return the view of a paper's page, with the list it was opened from."""
    origin = view_from_form(query["from"], taxonomy).list if query.get("from") else None
    return QueueView(f"/paper/{arxiv_id}", paper=arxiv_id, origin=origin)


def view_from_form(text: str, taxonomy: Taxonomy) -> QueueView:
    """Return the view of a form, or the queue if the text is invalid."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return QueueView()
    path, query = parts.path, dict(parse_qsl(parts.query))
    if path.startswith("/paper/"):
        named = path.removeprefix("/paper/")
        arxiv_id = parse_arxiv_id(named) if len(named) <= LONGEST_ID else None
        # one level, because a list has no origin
        query["from"] = "" if query.get("from", "").startswith("/paper/") else query.get("from", "")
        return paper_view(arxiv_id.base, query, taxonomy) if arxiv_id else QueueView()
    if path not in LISTS:
        return QueueView()
    try:
        return read_view(path, query, taxonomy)
    except UsageError:
        return QueueView(path)
