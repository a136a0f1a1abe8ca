"""Where a reviewer stands in the queue, as a value that survives a form and a redirect.

A form carries its place as text; the text is parsed and rebuilt, never followed as it came, so
that no form can send a reviewer elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import config.orders
from config.errors import UsageError
from config.taxonomy import Taxonomy
from storage.arxiv_id import parse_arxiv_id

#: how the queue can be ordered, and what each order is called on the page
ORDERS: Mapping[str, str] = {order: order.capitalize() for order in config.orders.ORDERS}
#: what the less plain orders do, in a sentence
ORDER_NOTES: Mapping[str, str] = {
    "uncertain": "What the model is least sure about comes first: each decision teaches it most.",
    "mixed": "Seven likely papers, then three uncertain ones, over and over.",
    "random": (
        "In random order, which owes nothing to the model: what you decide here is the audit "
        "sample. Decide one after the other; what is skipped or deferred counts as unknown."
    ),
}
#: a random order of part of the queue says nothing about the rest
PARTIAL_NOTE = "In random order, but of a part of the queue: decisions here are no audit sample."
#: percent; a queue can leave out what the model thinks less likely in scope than this
LIMITS = (0, 10, 50)
#: no queue is read further than this: an offset is work for the database
_LAST_PAGE = 100_000


@dataclass(frozen=True, slots=True)
class QueueView:
    """A page of the review rooms: `path` is one of the rooms, the rest where in it."""

    path: str = "/queue"
    section: str | None = None
    order: str = "likely"
    #: counted from 1
    page: int = 1
    #: percent, one of LIMITS
    at_least: int = 0

    @property
    def is_audit(self) -> bool:
        """Return whether what is decided here was drawn at random from the whole queue."""
        return self.order == "random" and self.section is None and not self.at_least

    @property
    def order_note(self) -> str:
        """Return what the order does, empty where its name says it all."""
        if self.order == "random" and not self.is_audit:
            return PARTIAL_NOTE
        return ORDER_NOTES.get(self.order, "")

    def paper(self, arxiv_id: str) -> str:
        """Return the address of a paper's page; on it a random draw stays one."""
        return QueueView(f"/paper/{arxiv_id}", order="random" if self.is_audit else "likely").url()

    def in_section(self, section: str | None) -> "QueueView":
        """Return the first page of a section (None: of all), in the same order."""
        return replace(self, section=section, page=1)

    def in_order(self, order: str) -> "QueueView":
        """Return the first page of the same section in another order."""
        return replace(self, order=order, page=1)

    def with_limit(self, at_least: int) -> "QueueView":
        """Return the first page of the same section with another limit."""
        return replace(self, at_least=at_least, page=1)

    def at_page(self, page: int) -> "QueueView":
        """Return another page of the same list."""
        return replace(self, page=page)

    def url(self, *, anchor: str = "", **also: str) -> str:
        """Return the address of this place, defaults left out, `also` added to its query."""
        query = {
            **({"section": self.section} if self.section else {}),
            **({"order": self.order} if self.order != "likely" else {}),
            **({"at_least": str(self.at_least)} if self.at_least else {}),
            **({"page": str(self.page)} if self.page > 1 else {}),
            **also,
        }
        return (
            quote(self.path)
            + (f"?{urlencode(query)}" if query else "")
            + (f"#{quote(anchor)}" if anchor else "")
        )


def read_place(path: str, query: Mapping[str, str], taxonomy: Taxonomy) -> QueueView:
    """Return the place that a query names; UsageError says what in it does not exist."""
    section = query.get("section") or None
    if section is not None:
        taxonomy.section(section)
    order = query.get("order") or "likely"
    if order not in ORDERS:
        raise UsageError(f"There is no order {order!r}.", hint=f"Use one of: {', '.join(ORDERS)}.")
    page = query.get("page") or "1"
    if not (page.isascii() and page.isdigit() and 1 <= int(page[:9]) <= _LAST_PAGE):
        raise UsageError(f"There is no page {page[:20]!r}.", hint="Pages are counted from 1.")
    at_least = query.get("at_least") or "0"
    if at_least not in map(str, LIMITS):
        raise UsageError(
            f"There is no limit {at_least[:20]!r}.",
            hint=f"Use one of: {', '.join(map(str, LIMITS))} (percent).",
        )
    return QueueView(path, section, order, int(page), int(at_least))


def paper_place(arxiv_id: str, query: Mapping[str, str]) -> QueueView:
    """Return the place of a paper's page: only whether it was drawn at random matters there."""
    drawn = query.get("order") == "random"
    return QueueView(f"/paper/{arxiv_id}", order="random" if drawn else "likely")


def view_from_form(text: str, taxonomy: Taxonomy) -> QueueView:
    """Return the place a form says it was on; anything that is none of ours is the queue."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return QueueView()
    path = parts.path
    if path.startswith("/paper/"):
        arxiv_id = parse_arxiv_id(path.removeprefix("/paper/"))
        return paper_place(arxiv_id.base, dict(parse_qsl(parts.query))) if arxiv_id else QueueView()
    if path not in {"/queue", "/deferred", "/decisions"}:
        return QueueView()
    try:
        return read_place(path, dict(parse_qsl(parts.query)), taxonomy)
    except UsageError:
        return QueueView(path)
