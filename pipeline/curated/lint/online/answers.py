"""Ask one link: HEAD, then GET where HEAD is refused, along its redirects."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from urllib.parse import urldefrag

from pipeline.curated.lint.online.addresses import host_of, is_arxiv

#: redirects that are followed
_MOST_HOPS = 8
_PERMANENT = frozenset({301, 308})
_REDIRECTS = _PERMANENT | {302, 303, 307}
#: what servers answer to programs, although the page is there for readers
_BLOCKED = frozenset({401, 403, 405, 407, 429, 451, 999})


class Visit(Protocol):
    """The response to one request, or why there is none."""

    @property
    def status(self) -> int | None:
        """HTTP status; None: there was no response."""

    @property
    def location(self) -> str:
        """Where a redirect leads, as a whole address."""

    @property
    def retry_after(self) -> float | None:
        """Seconds that the server asks to wait."""

    @property
    def fault(self) -> str:
        """Why there is no response, in words."""

    @property
    def refused(self) -> bool:
        """Whether the address must not be requested: it is not a public one."""


#: makes one request: method and address
Visitor = Callable[[str, str], Visit]


class State(StrEnum):
    """What became of asking a link."""

    ALIVE = "alive"
    MOVED = "moved"
    BLOCKED = "blocked"
    FAILED = "failed"
    #: it was not asked, or must not be
    UNASKED = "unasked"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of a link after asking it."""

    state: State
    #: completes "The link ..."
    detail: str = ""
    #: where it moved to for good
    target: str = ""
    #: seconds that its server asks to wait
    retry_after: float | None = None
    #: no server responded
    silent: bool = False


def ask(url: str, visit: Visitor) -> Answer:
    """Ask a link, following redirects."""
    place, target, lasting = url, url, True
    seen = {url}
    for _ in range(_MOST_HOPS + 1):
        response = _visit(place, visit)
        if response.status not in _REDIRECTS:
            return _answer(response, url, target)
        here, place = place, urldefrag(response.location).url
        if not place:
            return Answer(State.FAILED, f"redirects from {here} to no address")
        lasting = lasting and response.status in _PERMANENT
        target = place if lasting else target
        if is_arxiv(host_of(place)):
            return _alive(url, target)  # arXiv is not asked in this way
        if place in seen:
            return Answer(State.FAILED, "redirects in circles")
        seen.add(place)
    return Answer(State.FAILED, f"redirects more than {_MOST_HOPS} times")


def _visit(place: str, visit: Visitor) -> Visit:
    response = visit("HEAD", place)
    status = response.status
    if status is not None and status >= 400 and status != 429:
        return visit("GET", place)
    return response


def _answer(response: Visit, url: str, target: str) -> Answer:
    status = response.status
    if response.refused:
        return Answer(State.UNASKED, response.fault)
    if status is None:
        return Answer(State.FAILED, response.fault, silent=True)
    if status in _BLOCKED:
        said = f"answers programs with status {status}"
        return Answer(State.BLOCKED, said, retry_after=response.retry_after)
    if status >= 400:
        return Answer(State.FAILED, f"answers with status {status}")
    return _alive(url, target)


def _alive(url: str, target: str) -> Answer:
    if target == url:
        return Answer(State.ALIVE)
    return Answer(State.MOVED, f"moved for good to {target}", target)
