"""Ask whether code and project pages still exist, and GitHub whether a repository is archived."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field

from pipeline.curated.lint.online.answers import State, Visitor
from pipeline.curated.lint.online.answers import ask as ask_link
from pipeline.enrich.links import Link, normalise_url
from pipeline.enrich.services.answers import AnswerError, NotFoundError, Shape, read_answer
from pipeline.ingest.sources.web.service import Asker

#: state and detail
Found = tuple[str, Mapping[str, Any]]


class _Repository(Shape):
    full_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}$")]
    archived: bool
    disabled: bool = False
    pushed_at: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")] | None = None


def repository_of(link: Link) -> str:
    """Return `owner/name` of a repository at GitHub; empty: the link leads elsewhere."""
    parts = urlsplit(link.url)
    names = [part for part in parts.path.split("/") if part]
    if parts.hostname not in {"github.com", "www.github.com"} or len(names) < 2:
        return ""
    return f"{names[0]}/{names[1]}"


def ask_repository(ask: Asker, base_url: str, name: str) -> Found:
    """Return what GitHub says of a repository.

    Raises:
        AnswerError: there is no usable answer.
    """
    try:
        found = read_answer(
            ask(f"{base_url}/repos/{name}", headers={"Accept": "application/vnd.github+json"}),
            _Repository,
        )
    except NotFoundError:
        return "gone", {}
    detail: dict[str, Any] = {"pushed": (found.pushed_at or "")[:10]}
    if found.archived or found.disabled:
        return "archived", detail
    if found.full_name.lower() != name.lower():
        return "moved", detail | {"to": f"https://github.com/{found.full_name}"}
    return "present", detail


def ask_page(visit: Visitor, url: str, within: Callable[[], None]) -> Found:
    """Return whether an address still leads to a page.

    Args:
        visit: makes one request to a public address.
        url: the address.
        within: called before each request; waits or ends the call.

    Raises:
        AnswerError: it cannot be told.
    """

    def visited(method: str, place: str) -> Any:
        within()
        return visit(method, place)

    answer = ask_link(url, visited)
    if answer.state is State.ALIVE:
        return "present", {}
    if answer.state is State.MOVED:
        target = normalise_url(answer.target)
        return ("moved", {"to": target}) if target else ("present", {})
    if answer.state is State.FAILED and answer.detail in {
        "answers with status 404",
        "answers with status 410",
    }:
        return "gone", {}
    raise AnswerError(answer.detail or "was not asked")
