"""Say which rulings a paper is near to, and which of them a decision on it contradicts.

How near is near enough was chosen on one half of the development data and measured on the other
(docs/guides/rulings.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from classifiers.types import Document
from storage.rulings import Ruling
from storage.types import Prediction, SectionScore, Verdict

#: rulings shown
SHOWN = 3
#: least nearness of a ruling that is shown: below it papers are less alike than two papers usually
LIKE = 1.0
#: nearness from which another verdict is a contradiction
NEAR_ENOUGH = 5.0
#: nearness of a paper to the ruling on itself
_ITSELF = 100.0
#: distance from even odds within which the scope is a border case
SCOPE_MARGIN = 0.3
#: distance of the two best sections within which the section is a border case
SECTION_MARGIN = 0.15


class Likeness(Protocol):
    """Compares texts; the explainers do."""

    def nearness(self, document: Document, others: Sequence[Document]) -> tuple[float, ...]:
        """Return how many times as similar each other text is as two texts usually are."""


@dataclass(frozen=True, slots=True)
class Precedent:
    """A ruling that stands, and the text of its paper; None: the paper is not held."""

    ruling: Ruling
    document: Document | None


@dataclass(frozen=True, slots=True)
class NearRuling:
    """A ruling and how near a paper is to its paper."""

    ruling: Ruling
    #: how many times as similar the two papers are as two papers usually are
    nearness: float
    #: what a decision can contradict: the paper's two best sections, if they are close
    pair: tuple[str, ...] = ()

    @property
    def is_near(self) -> bool:
        """Whether a decision on the paper can contradict it."""
        return self.nearness >= NEAR_ENOUGH

    @property
    def opposite(self) -> Verdict:
        """The verdict that contradicts it."""
        approved = self.ruling.verdict is Verdict.APPROVED
        return Verdict.REJECTED if approved else Verdict.APPROVED

    @property
    def other_section(self) -> str | None:
        """The section of the close pair into which an approval contradicts it."""
        ruled = [one for one in self.pair if one in self.ruling.sections]
        others = [one for one in self.pair if one not in self.ruling.sections]
        return others[0] if len(ruled) == 1 and len(others) == 1 else None

    def contradicted_by(self, verdict: Verdict, sections: Sequence[str]) -> bool:
        """Return whether a decision on the paper contradicts it.

        It does if the papers are near enough, and the verdict is the opposite one, or the paper's
        two best sections are close, the ruling chose one of them and the decision only the other.
        """
        if not self.is_near or verdict is Verdict.DEFERRED:
            return False
        if verdict is self.opposite:
            return True
        disjoint = set(self.ruling.sections).isdisjoint(sections)
        return verdict is Verdict.APPROVED and self.other_section in sections and disjoint


def close_pair(scores: Sequence[SectionScore]) -> tuple[str, ...]:
    """Return the two best sections if they are close, or none."""
    if len(scores) < 2 or scores[0].probability - scores[1].probability > SECTION_MARGIN:
        return ()
    return scores[0].section, scores[1].section


def is_border(prediction: Prediction, likely_from: float) -> bool:
    """Return whether a paper is a border case: near a limit of scope, or between two sections.

    Args:
        prediction: of the paper, with sections best first.
        likely_from: the limit from which papers are likely, as a probability.
    """
    near = abs(prediction.in_scope - likely_from) <= SCOPE_MARGIN
    likely = prediction.in_scope >= likely_from - SCOPE_MARGIN
    return near or (likely and bool(close_pair(prediction.sections)))


def near_rulings(
    likeness: Likeness,
    document: Document,
    precedents: Sequence[Precedent],
    prediction: Prediction | None,
) -> tuple[NearRuling, ...]:
    """Return the rulings that a paper is like, nearest first; the paper's own is the nearest."""
    known = [one for one in precedents if one.document is not None]
    if not known:
        return ()
    texts = [one.document for one in known if one.document is not None]
    pair = close_pair(prediction.sections) if prediction else ()
    measured = zip(known, likeness.nearness(document, texts), strict=True)
    found = [
        NearRuling(
            one.ruling,
            _ITSELF if one.ruling.arxiv_id == document.key else round(nearness, 2),
            pair,
        )
        for one, nearness in measured
    ]
    alike = [one for one in found if one.nearness >= LIKE]
    return tuple(sorted(alike, key=lambda one: (-one.nearness, one.ruling.arxiv_id)))


def shown(
    near: Sequence[NearRuling], prediction: Prediction | None, likely_from: float
) -> tuple[NearRuling, ...]:
    """Return the rulings shown at a paper: three at a border case, else only those near enough.

    At a border case each answer has its nearest ruling: a rejection, and an approval into each of
    the paper's two best sections. So the reader sees what distinguishes them.
    """
    if prediction is None or not is_border(prediction, likely_from):
        return tuple(one for one in near if one.is_near)[:SHOWN]
    best = [one.section for one in prediction.sections[:2]]
    answers = [
        [one for one in near if one.ruling.verdict is Verdict.REJECTED],
        *([one for one in near if section in one.ruling.sections] for section in best),
    ]
    first = dict.fromkeys(found[0] for found in answers if found)
    chosen = [*first, *(one for one in near if one not in first)][:SHOWN]
    return tuple(sorted(chosen, key=near.index))
