"""Reasons as they are shown: scores taken apart so that the parts add up. Computes no score itself.

Light on purpose: pages and commands import it before any model is loaded.
"""

from dataclasses import dataclass
from itertools import islice

from classifiers.terms import TermShare

#: terms shown on either side; the others are summed in one line
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class RoundedBreakdown:
    """An account in two decimals that add up: base + for + against + rest = score."""

    base: float
    speaking_for: tuple[TermShare, ...]
    against: tuple[TermShare, ...]
    #: the sum of the terms that are not shown, and what rounding took
    rest: float
    rest_terms: int
    score: float

    @property
    def total_for(self) -> float:
        """Return what the shown terms for it add up to."""
        return round(sum(round(share.value, 2) for share in self.speaking_for), 2)

    @property
    def total_against(self) -> float:
        """Return what the shown terms against it add up to."""
        return round(sum(round(share.value, 2) for share in self.against), 2)

    @property
    def shown(self) -> tuple[TermShare, ...]:
        """Return the shares of both sides."""
        return (*self.speaking_for, *self.against)


@dataclass(frozen=True, slots=True)
class ScoreBreakdown:
    """One score of a paper: `score` = `base` + the sum of all shares."""

    #: `scope`, `section`, or the name of a facet
    kind: str
    #: `in_scope`, the section's id, or the label
    name: str
    #: for people: "Technique: LLM-based"
    heading: str
    #: what the score means; None for a section's own evidence, which has no probability alone
    probability: float | None
    score: float
    #: what the score is without a single known term
    base: float
    #: strongest first
    shares: tuple[TermShare, ...]

    @property
    def balance(self) -> RoundedBreakdown:
        """Return what is shown of it."""
        seen = [share for share in self.shares if round(share.value, 2)]
        speaking_for = tuple(islice((share for share in seen if share.value > 0), _SHOWN))
        against = tuple(islice((share for share in seen if share.value < 0), _SHOWN))
        base, score = round(self.base, 2), round(self.score, 2)
        shown = (*speaking_for, *against)
        return RoundedBreakdown(
            base=base,
            speaking_for=speaking_for,
            against=against,
            rest=round(score - base - sum(round(share.value, 2) for share in shown), 2),
            rest_terms=len(self.shares) - len(shown),
            score=score,
        )


@dataclass(frozen=True, slots=True)
class SectionBasis:
    """What a suggested section rests on: its probability follows from these accounts."""

    section: str
    probability: float
    #: places in `Reasons.accounts`
    accounts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A decided paper that speaks alike."""

    arxiv_id: str
    title: str
    #: the sections it was approved for
    sections: tuple[str, ...]
    #: cosine of the two papers' term values, 0 to 1
    similarity: float
    #: (term, its share in the similarity), strongest first
    shared: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Reasons:
    """Everything there is to say about one paper's scores."""

    model_id: str
    #: False where no model was trained yet and the taxonomy's cue words speak
    trained: bool
    #: the scope first, then every label that a suggested section rests on
    accounts: tuple[ScoreBreakdown, ...]
    footings: tuple[SectionBasis, ...]
    approved: tuple[Neighbour, ...] = ()
    rejected: tuple[Neighbour, ...] = ()
