"""The place in the inbox that forms and links carry."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from config.errors import UsageError
from config.whole_number import whole_number
from storage.correction_kinds import KINDS
from storage.paper_key import parse_key

#: cases and pairs of one page
PAGE_SIZE = 30
_LAST_PAGE = 100_000
#: characters of the keys of a pair: those of two DOIs and a comma
_LONGEST = 512


@dataclass(frozen=True, slots=True)
class InboxView:
    """A page of a list of the inbox and what is open on it."""

    path: str = "/inbox"
    #: of a case, or of a pair: two IDs with a comma; empty: the first of the list
    paper: str = ""
    #: counted from 1
    page: int = 1
    #: cases of no other kind; empty: all
    only: str = ""

    @property
    def offset(self) -> int:
        """The rows before this page."""
        return (self.page - 1) * PAGE_SIZE

    def at(self, paper: str) -> "InboxView":
        """Return the place of another case."""
        return replace(self, paper=paper)

    def at_page(self, page: int) -> "InboxView":
        """Return another page of the same list."""
        return replace(self, page=page, paper="")

    def with_only(self, kind: str) -> "InboxView":
        """Return the first page of the cases with one kind of change."""
        return replace(self, only=kind, page=1, paper="")

    def url(self, **also: str) -> str:
        """Return the address without defaults, with `also` in its query."""
        query = {
            **({"only": self.only} if self.only else {}),
            **({"page": str(self.page)} if self.page > 1 else {}),
            **({"paper": self.paper} if self.paper else {}),
            **{name: value for name, value in also.items() if value},
        }
        return self.path + (f"?{urlencode(query)}" if query else "")


def read_view(path: str, values: Mapping[str, str]) -> InboxView:
    """Return the place of a query or a form, or raise UsageError."""
    page = values.get("page") or "1"
    number = whole_number(page, _LAST_PAGE)
    if not number:
        raise UsageError(f"Page {page[:20]!r} does not exist.", hint="Pages are counted from 1.")
    only = values.get("only") or ""
    if only and only not in KINDS:
        raise UsageError(f"{only[:40]!r} is no kind of change.", hint=f"Use {', '.join(KINDS)}.")
    paper = (values.get("paper") or "")[:_LONGEST]
    return InboxView(path, _in_keys(path, paper), number, only)


def pair_in(text: str) -> tuple[str, str]:
    """Return the keys of the two papers that a text names with a comma between them.

    A DOI may have commas of its own. What names no two papers is split at the first comma.
    """
    text = text[:_LONGEST]
    commas = (at for at, char in enumerate(text) if char == ",")
    for at in commas:
        one, other = parse_key(text[:at]), parse_key(text[at + 1 :])
        if one and other:
            return one, other
    one, _, other = text.partition(",")
    return parse_key(one) or one, parse_key(other) or other


def _in_keys(path: str, text: str) -> str:
    """Return what is open with its papers' keys, which an address may name in any notation."""
    if path == "/doubles":
        return ",".join(filter(None, pair_in(text)))
    return parse_key(text) or text
