"""Define the parts of an explanation: score breakdowns that add up, and neighbours.

Pages and commands import this module before a model is loaded, so it imports no model code.
"""

from dataclasses import dataclass
from itertools import islice

from classifiers.terms import TermShare

#: terms shown for and against; the others are summed
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class RoundedBreakdown:
    """A breakdown in two decimals that add up: base + for + against + rest = score."""

    base: float
    speaking_for: tuple[TermShare, ...]
    against: tuple[TermShare, ...]
    #: the sum of the terms not shown, and the rounding difference
    rest: float
    rest_terms: int
    score: float

    @property
    def total_for(self) -> float:
        """Sum of the shown positive shares."""
        return round(sum(round(share.value, 2) for share in self.speaking_for), 2)

    @property
    def total_against(self) -> float:
        """Sum of the shown negative shares."""
        return round(sum(round(share.value, 2) for share in self.against), 2)

    @property
    def shown(self) -> tuple[TermShare, ...]:
        """The shares of both sides."""
        return (*self.speaking_for, *self.against)


@dataclass(frozen=True, slots=True)
class ScoreBreakdown:
    """One score of a paper: `score` = `base` + the sum of all shares."""

    #: `scope`, `section`, or the name of a facet
    kind: str
    #: `in_scope`, the section's id, or the label
    name: str
    #: what is displayed: "Technique: LLM-based"
    heading: str
    #: None for a section's own evidence, which has no probability of its own
    probability: float | None
    score: float
    #: the score of a text without known terms
    base: float
    #: strongest first
    shares: tuple[TermShare, ...]

    @property
    def rounded(self) -> RoundedBreakdown:
        """Return the breakdown rounded for display."""
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
    """A suggested section and the breakdowns its probability is computed from."""

    section: str
    probability: float
    #: indices into `Reasons.breakdowns`
    breakdowns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A decided paper with similar text."""

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
    """The explanation of one paper's scores."""

    model_id: str
    #: False before the first training, when cue words are used
    trained: bool
    #: the scope first, then every label of a suggested section
    breakdowns: tuple[ScoreBreakdown, ...]
    bases: tuple[SectionBasis, ...]
    approved: tuple[Neighbour, ...] = ()
    rejected: tuple[Neighbour, ...] = ()
