"""Define the response of a channel: status, headers, body."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP response before faults apply; the sender sets Content-Length."""

    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ResponseChange:
    """A fault that makes a well-formed response wrong."""

    #: announced ids that are still hidden
    hidden: frozenset[str] = frozenset()
    #: a list page without records that keeps its token or total
    empty_page: bool = False
    #: records repeated from the page before
    repeated: int = 0
    #: added to totalResults
    total_change: int = 0
    #: an OAI error code returned for every request
    oai_error: str | None = None
    #: feeds show the previous batch under today's build time
    stale_feed: bool = False


NO_CHANGE = ResponseChange()
