"""Choose the papers that are worth most in a given time."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.review.outlook.pace import Pace

#: what reading the most uncertain paper teaches the model, as a share of one approval
LEARNING = 0.5
#: papers; a longer session is planned in parts
MOST = 600


@dataclass(frozen=True, slots=True)
class Plan:
    """The papers of a session, in reading order."""

    minutes: float
    pace: Pace
    ids: tuple[str, ...]
    #: sum of the papers' probabilities of scope
    approvals: float
    #: what the model learns, in approvals
    learning: float

    @property
    def gain(self) -> float:
        """The expected gain of the session, in approvals."""
        return self.approvals + self.learning

    @property
    def takes(self) -> float:
        """The minutes that the papers take at this pace."""
        return self.pace.minutes(len(self.ids))


def learning_value(in_scope: float) -> float:
    """Return what reading a paper teaches: LEARNING at 50 %, nothing at 0 % and 100 %."""
    return LEARNING * 4 * in_scope * (1 - in_scope)


def gain(in_scope: float) -> float:
    """Return a paper's expected gain: its probability of scope and its learning value."""
    return in_scope + learning_value(in_scope)


def papers_in(minutes: float, pace: Pace) -> int:
    """Return how many papers fit into this time; at least one, because a paper is not split."""
    return min(max(1, int(minutes * 60 / pace.seconds + 1e-9)), MOST)


def plan(minutes: float, pace: Pace, candidates: Iterable[tuple[str, float]]) -> Plan:
    """Return the session with the largest expected gain, the best paper first.

    Every paper takes the same time and the gains add up, so the best set are the papers with the
    largest gain; ties go by arXiv ID.

    Args:
        minutes: the time.
        pace: the reviewer's.
        candidates: waiting papers with their probability of scope.
    """
    ranked = sorted(candidates, key=lambda one: (-gain(one[1]), one[0]))
    chosen = ranked[: papers_in(minutes, pace)]
    return Plan(
        minutes=minutes,
        pace=pace,
        ids=tuple(arxiv_id for arxiv_id, _ in chosen),
        approvals=sum(in_scope for _, in_scope in chosen),
        learning=sum(learning_value(in_scope) for _, in_scope in chosen),
    )
