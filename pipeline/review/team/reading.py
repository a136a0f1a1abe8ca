"""Keep two people from reading the same paper unknowingly."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from pipeline.review.team.people import people_of
from storage.claims import Claim, Claims, given
from storage.store import Store

#: between two looks for who else reviews
_LOOK = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Held:
    """What somebody has after asking for papers."""

    #: the paper to read; None: others read all that were asked for
    paper: str | None
    #: the claims of others, by paper
    others: Mapping[str, Claim]


@dataclass(slots=True)
class Reading:
    """Who reads which paper just now, for one service.

    With one person, or without minutes, nothing is written and no one reads.
    """

    claims: Claims | None
    #: how long a claim lasts
    minutes: int
    clock: Callable[[], datetime]
    _people: frozenset[str] = frozenset()
    _looked_at: datetime | None = None
    _lock: Lock = field(default_factory=Lock)

    def look(self, store: Store) -> None:
        """Look who reviews, if that is longer ago than half a minute."""
        if self.is_look_due():
            now = self.clock()
            people = people_of(store, now)
            with self._lock:
                self._people, self._looked_at = people, now

    def is_look_due(self) -> bool:
        """Return whether the last look is longer ago than half a minute, or there was none."""
        with self._lock:
            return self._looked_at is None or self.clock() - self._looked_at >= _LOOK

    def is_shared(self, reviewer: str) -> bool:
        """Return whether papers are claimed: somebody else reviews, or has claims."""
        if self.claims is None or not self.minutes:
            return False
        return self.has_team(reviewer) or bool(self.others(reviewer))

    def has_team(self, reviewer: str) -> bool:
        """Return whether somebody else reviews too, as of the last look."""
        return bool(self._people - {reviewer})

    def standing(self) -> Mapping[str, Claim]:
        """Return what everybody reads, by paper."""
        return self.claims.standing(self.clock()) if self.claims and self.minutes else {}

    def others(self, reviewer: str) -> Mapping[str, Claim]:
        """Return what others read, by paper."""
        return _without(self.standing(), reviewer)

    def end(self, reviewer: str) -> None:
        """End the claims of somebody who cannot read any more."""
        if self.claims is not None:
            self.claims.end(self.clock(), of=reviewer)

    def take(
        self,
        reviewer: str,
        papers: Sequence[str],
        *,
        ahead: Sequence[str] = (),
        leave: Iterable[str] = (),
        over: bool = False,
    ) -> Held:
        """Claim the first of these papers that can be had; see `Claims.change`."""
        if self.claims is None or not self.is_shared(reviewer):
            return Held(papers[0] if papers else None, {})
        now = self.clock()
        claims = self.claims.change(
            reviewer,
            now=now,
            until=now + timedelta(minutes=self.minutes),
            take=papers,
            ahead=ahead,
            leave=leave,
            over=over,
        )
        others = _without(claims, reviewer)
        return Held(given(papers, others), others)


def _without(claims: Mapping[str, Claim], reviewer: str) -> Mapping[str, Claim]:
    return {key: one for key, one in claims.items() if one.reviewer != reviewer}
