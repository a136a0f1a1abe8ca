"""Define the parts of an explanation: score breakdowns that add up, and neighbours.

Pages and commands import this module before a model is loaded, so it imports no model code.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from classifiers.terms import TermShare
from pipeline.learn.explain.phrases import Phrase, phrases
from pipeline.learn.explain.section_figure import SectionFigure

#: phrases shown for and against; the others are summed by sign
_SHOWN = 8
#: phrases named in a sentence, and marked in the text
_STRONGEST = 5
#: of the strongest phrase: weaker ones are neither named nor marked
_LEAST_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class RoundedBreakdown:
    """A breakdown in two decimals that add up.

    base + for + against + others for + others against + wordless + rounding = score
    """

    base: float
    #: strongest first
    speaking_for: tuple[Phrase, ...]
    against: tuple[Phrase, ...]
    #: sums of the terms not shown, by sign
    others_for: float
    others_against: float
    #: terms not shown
    other_terms: int
    #: the rounding difference that no other sum takes
    rounding: float
    score: float
    #: added by representations beside the terms
    wordless: float = 0.0

    @property
    def total_for(self) -> float:
        """Sum of the shown positive shares."""
        return _total(self.speaking_for)

    @property
    def total_against(self) -> float:
        """Sum of the shown negative shares."""
        return _total(self.against)

    @property
    def shown(self) -> tuple[Phrase, ...]:
        """The phrases of both sides."""
        return (*self.speaking_for, *self.against)

    @property
    def marked(self) -> tuple[Phrase, ...]:
        """The strongest phrases of both sides, which are marked in the text."""
        return strongest(self.shown)


@dataclass(frozen=True, slots=True)
class ScoreBreakdown:
    """One score of a paper: `score` = `base` + the sum of all shares + `wordless`."""

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
    #: added by representations beside the terms, which have no words to show
    wordless: float = 0.0

    @property
    def rounded(self) -> RoundedBreakdown:
        """Return the breakdown in phrases, rounded for display."""
        found, hidden = phrases(self.shares)
        seen = [phrase for phrase in found if round(phrase.value, 2)]
        speaking_for = tuple(phrase for phrase in seen if phrase.value > 0)[:_SHOWN]
        against = tuple(phrase for phrase in seen if phrase.value < 0)[:_SHOWN]
        shown = {phrase.tokens for phrase in (*speaking_for, *against)}
        rest = [*hidden, *(phrase for phrase in found if phrase.tokens not in shown)]
        base, score, wordless = (round(n, 2) for n in (self.base, self.score, self.wordless))
        others_for = _total_raw(phrase for phrase in rest if phrase.value > 0)
        others_against = _total_raw(phrase for phrase in rest if phrase.value < 0)
        rounding = round(
            score
            - base
            - wordless
            - _total(speaking_for)
            - _total(against)
            - others_for
            - others_against,
            2,
        )
        # The difference is added to a sum that stays of its sign.
        if others_for + rounding > 0 and others_for >= -others_against:
            others_for, rounding = round(others_for + rounding, 2), 0.0
        elif others_against + rounding < 0 and others_against:
            others_against, rounding = round(others_against + rounding, 2), 0.0
        return RoundedBreakdown(
            base=base,
            speaking_for=speaking_for,
            against=against,
            others_for=others_for,
            others_against=others_against,
            other_terms=sum(phrase.terms for phrase in rest),
            rounding=rounding,
            score=score,
            wordless=wordless,
        )


def reasons_sentence(
    speaking_for: Iterable[Phrase], against: Iterable[Phrase], score: float
) -> str:
    """Return the strongest phrases behind a scope's score as a sentence.

    "In scope because of: 3D, grounding. Against: talking head."
    """
    ups, downs = tuple(speaking_for), tuple(against)
    both = sorted((*ups, *downs), key=_strength)
    named = ", ".join(phrase.words for phrase in _strong(ups, both))
    opposed = ", ".join(phrase.words for phrase in _strong(downs, both))
    against_it = f"Against: {opposed}." if opposed else ""
    if score < 0:
        return f"{against_it or 'Little speaks for it.'}{f' For it: {named}.' if named else ''}"
    for_it = f"In scope because of: {named}." if named else ""
    return " ".join(filter(None, (for_it, against_it))) or "No known term speaks for or against it."


def strongest(shown: Iterable[Phrase]) -> tuple[Phrase, ...]:
    """Return the few strongest phrases, which are marked in the text."""
    ranked = sorted(shown, key=_strength)[:_STRONGEST]
    return _strong(ranked, ranked)


def _strength(phrase: Phrase) -> float:
    return -abs(phrase.value)


def _strong(side: Iterable[Phrase], both: Sequence[Phrase]) -> tuple[Phrase, ...]:
    """Return the strongest phrases of a side, without those that are weak among both sides."""
    least = _LEAST_SHARE * abs(both[0].value) if both else 0.0
    return tuple(phrase for phrase in side if abs(phrase.value) >= least)[:_STRONGEST]


def _total(shown: Iterable[Phrase]) -> float:
    return round(sum((round(phrase.value, 2) for phrase in shown), 0.0), 2)


def _total_raw(rest: Iterable[Phrase]) -> float:
    return round(sum((phrase.value for phrase in rest), 0.0), 2)


@dataclass(frozen=True, slots=True)
class SectionBasis:
    """A suggested section and the breakdowns its probability is computed from."""

    section: str
    probability: float
    #: indices into `Reasons.breakdowns`
    breakdowns: tuple[int, ...]
    #: how the probability is made
    figure: SectionFigure


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A decided paper with similar text."""

    arxiv_id: str
    title: str
    #: the sections it was approved for
    sections: tuple[str, ...]
    #: cosine of the two papers' term values, 0 to 1
    similarity: float
    #: (term, its share in the similarity), strongest first, without function words
    shared: tuple[tuple[str, float], ...]
    #: code of a rejection's reason
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class OwnDecisions:
    """A reviewer's own earlier decisions on similar papers, counted."""

    approved: int = 0
    rejected: int = 0
    #: (code, number) of the rejections' reasons, most frequent first
    reasons: tuple[tuple[str, int], ...] = ()


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
    own: OwnDecisions = OwnDecisions()
    #: representations of the model beside the terms
    beside: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """Why the paper is in scope or not, by its words."""
        scope = self.breakdowns[0]
        rounded = scope.rounded
        return reasons_sentence(rounded.speaking_for, rounded.against, scope.score)

    @property
    def wordless(self) -> str:
        """What other representations add to the scope, in a sentence; empty if nothing."""
        added = self.breakdowns[0].rounded.wordless
        if not added:
            return ""
        return (
            f"Beside the words, {' and '.join(self.beside)}: {added:+.2f}, without words to show."
        )
