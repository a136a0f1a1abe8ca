"""Count what waits for each person, and how long it will take them."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from pipeline.review.conflicts import too_few
from pipeline.review.double.rules import ALONE, TeamRules
from pipeline.review.outlook.pace import pace_of
from pipeline.review.team.people import people_of
from pipeline.review.team.shares import Standing, papers_of, read_standing, sections_of
from storage.assignments import Assignment, WaitingPaper
from storage.claims import Claim
from storage.queue_filter import QueueFilter, QueueLimits
from storage.store import Store

#: papers that are compared with rulings for one board: batches, then the likeliest of each section
COMPARED = 300
_WEEK = timedelta(days=7)
#: says which of some waiting papers would be decided against a ruling
Contradicting = Callable[[Store, Sequence[str]], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of papers, as far as it is not decided."""

    number: int
    papers: int
    waiting: int


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What waits for a person."""

    name: str
    sections: tuple[str, ...]
    batches: tuple[Batch, ...]
    #: likely papers of the sections, and the batches' papers
    waiting: int
    #: of those compared, how many the model would decide against a ruling; None: no rulings
    contradicting: int | None
    minutes: float
    #: whether the pace is the person's own, not assumed
    is_measured: bool
    #: decisions of the last seven days that stand
    decided: int
    #: papers read just now
    reading: tuple[str, ...]
    #: first and last day of the absence that is or comes next
    away_from: date | None = None
    away_until: date | None = None
    is_away: bool = False
    #: the account is disabled or does not exist
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """What waits for each person, and for everybody."""

    people: tuple[PersonRow, ...]
    #: likely papers that are assigned to no one who can read
    unassigned: int
    #: likely papers, and those of batches, in all
    waiting: int
    #: sections of people who cannot read, which are everybody's meanwhile
    returned: tuple[str, ...]
    #: whether only some of the papers were compared with rulings
    is_compared_in_part: bool = False
    #: how many can read just now, if two must agree on papers and fewer can; None: enough can
    too_few: int | None = None


@dataclass(frozen=True, slots=True)
class _Waiting:
    """The waiting papers that a board counts."""

    #: likely papers by section; None: without a suggestion
    likely: Mapping[str | None, int]
    #: the waiting papers of all batches
    batched: Mapping[str, WaitingPaper]
    likely_from: float
    #: papers that do not wait, though they have no decision
    closed: frozenset[str] = frozenset()

    def of(self, own: Sequence[Assignment], others: Sequence[Assignment]) -> int:
        """Return how many papers wait for somebody with these assignments."""
        batches = [key for key in papers_of(own) if key in self.batched]
        sections = frozenset(sections_of(own))
        elsewhere = frozenset((*papers_of(own), *papers_of(others)))
        counted = sum(self.likely.get(section, 0) for section in sections)
        return counted + len(batches) - self._likely_in(elsewhere, sections)

    def unassigned(self, effective: Sequence[Assignment]) -> int:
        """Return how many likely papers are assigned to no one."""
        assigned = frozenset(sections_of(effective))
        open_ = [section for section in self.likely if section not in assigned]
        counted = sum(self.likely[section] for section in open_)
        return counted - self._likely_in(frozenset(papers_of(effective)), frozenset(open_))

    def _likely_in(self, papers: frozenset[str], sections: frozenset[str | None]) -> int:
        return sum(
            one.section in sections and one.in_scope >= self.likely_from
            for key, one in self.batched.items()
            if key in papers
        )


def make_board(
    store: Store,
    now: datetime,
    *,
    today: date,
    limits: QueueLimits,
    claims: Mapping[str, Claim],
    contradicting: Contradicting | None = None,
    viewer: str = "",
    rules: TeamRules = ALONE,
) -> Board:
    """Return the board.

    Papers that wait for a third word are counted for no one, because no queue has them. What a
    person gave his word on is not counted for him; of others the numbers do not tell that.

    Args:
        store: of the survey.
        now: the present.
        today: the present announcement day, on which papers wait.
        limits: the probabilities that divide the queue.
        claims: what is read just now.
        contradicting: which papers the model would decide against a ruling; None: no rulings.
        viewer: who looks at it.
        rules: say whether two people must agree on papers.
    """
    closed, own_closed = store.opinions.closed_to(""), store.opinions.closed_to(viewer)
    standing = read_standing(store, now.date())
    names = sorted(people_of(store, now) | {one.reviewer for one in standing.assignments})
    effective = standing.effective
    waiting = _waiting(store, standing, today, limits, closed)
    compared = _compared(store, effective, waiting, today) if contradicting else {}
    facts = _Facts(
        now,
        standing,
        waiting,
        compared,
        None if contradicting is None else contradicting(store, tuple(compared)),
    )
    own = facts
    if own_closed != closed:
        own = replace(facts, waiting=_waiting(store, standing, today, limits, own_closed))
    few = [one for one in waiting.batched.values() if one.in_scope < limits.likely_from]
    returned = set(sections_of(standing.assignments)) - set(sections_of(effective))
    return Board(
        people=tuple(_row(store, name, own if name == viewer else facts, claims) for name in names),
        unassigned=waiting.unassigned(effective),
        waiting=sum(waiting.likely.values()) + len(few),
        returned=tuple(sorted(returned)),
        is_compared_in_part=len(compared) >= COMPARED,
        too_few=too_few(store, rules, now.date()),
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the rows of a board are made of."""

    now: datetime
    standing: Standing
    waiting: _Waiting
    #: papers that were compared with rulings, with their sections
    compared: Mapping[str, str | None]
    #: of those, the ones that contradict one; None: there are no rulings
    against: frozenset[str] | None

    def contradicting(self, own: Sequence[Assignment], others: Sequence[Assignment]) -> int | None:
        """Return how many papers of somebody contradict a ruling."""
        if self.against is None:
            return None
        batches, sections = frozenset(papers_of(own)), frozenset(sections_of(own))
        theirs = frozenset(papers_of(others))
        return sum(
            key in batches or (self.compared[key] in sections and key not in theirs)
            for key in self.against - self.waiting.closed
        )


def _row(store: Store, name: str, facts: _Facts, claims: Mapping[str, Claim]) -> PersonRow:
    standing, batched = facts.standing, facts.waiting.batched
    held = [one for one in standing.assignments if one.reviewer == name]
    own = [one for one in standing.effective if one.reviewer == name]
    others = [one for one in standing.effective if one.reviewer != name]
    absence = standing.absence_of(name)
    waiting = facts.waiting.of(own, others)
    pace = pace_of(store.outlook.gaps(name))
    return PersonRow(
        name=name,
        sections=sections_of(held),
        batches=tuple(
            Batch(one.number, len(one.papers), sum(key in batched for key in one.papers))
            for one in held
            if one.section is None
        ),
        waiting=waiting,
        contradicting=facts.contradicting(own, others),
        minutes=pace.minutes(waiting),
        is_measured=pace.is_measured,
        decided=store.outlook.decided_since(name, facts.now - _WEEK),
        reading=tuple(key for key, one in claims.items() if one.reviewer == name and not one.ahead),
        away_from=absence.first_day if absence else None,
        away_until=absence.last_day if absence else None,
        is_away=name in standing.away,
        is_closed=standing.is_closed(name),
    )


def _waiting(
    store: Store, standing: Standing, today: date, limits: QueueLimits, closed: frozenset[str]
) -> _Waiting:
    likely = QueueFilter(at_least=limits.likely_from, without=closed)
    tally = store.queue.tally(likely, today=today, limits=limits)
    counted: Counter[str | None] = Counter(dict(tally.sections))
    counted[None] = tally.across - sum(tally.sections.values())
    held = [one for one in papers_of(standing.assignments) if one not in closed]
    batched = store.assignments.waiting(held, today)
    return _Waiting(counted, batched, limits.likely_from, closed)


def _compared(
    store: Store,
    effective: Sequence[Assignment],
    waiting: _Waiting,
    today: date,
) -> dict[str, str | None]:
    """Return the papers that are compared with rulings, with their sections."""
    found: dict[str, str | None] = {
        key: waiting.batched[key].section for key in papers_of(effective) if key in waiting.batched
    }
    for section in sections_of(effective):
        left = COMPARED - len(found)
        if left <= 0:
            break
        wanted = QueueFilter(section=section, at_least=waiting.likely_from, without=waiting.closed)
        for key in store.queue.ids(wanted, limit=left, today=today):
            found[key] = section
    return dict(list(found.items())[:COMPARED])
