"""Say on a page who else reads which paper."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.requests import Request

from pipeline.review.web.context import context_of, reviewer_of
from storage.claims import Claim, given


@dataclass(frozen=True, slots=True)
class Readers:
    """What others read just now."""

    #: whether there are others at all; pages of a single person show nothing of this
    shared: bool
    #: by paper
    others: Mapping[str, Claim]

    def free_of(self, papers: Iterable[str]) -> str | None:
        """Return the first paper that no one else reads; None: others read all."""
        return given(papers, self.others)

    def leaves_one_of(self, papers: Iterable[str]) -> bool:
        """Return whether no one else reads one of these papers, now or next."""
        return any(key not in self.others for key in papers)


def readers_for(request: Request) -> Readers:
    """Return what others than the request's person read."""
    reading, person = context_of(request).reading, reviewer_of(request)
    return Readers(reading.is_shared(person), reading.others(person))
