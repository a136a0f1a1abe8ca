"""Define what a channel answers: status, headers, body."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer before faults touch it. Content-Length is the sender's business."""

    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ResponseChange:
    """A fault that makes a well-formed answer wrong."""

    #: ids that are not out yet, although they were announced
    hidden: frozenset[str] = frozenset()
    #: a list page without records, with its token or total as if there were some
    empty_page: bool = False
    #: records repeated from the page before
    repeated: int = 0
    #: added to totalResults
    total_change: int = 0
    #: an OAI error code to answer with, whatever was asked
    oai_error: str | None = None
    #: feeds show the previous batch under today's build time
    stale_feed: bool = False


NO_TWIST = ResponseChange()
