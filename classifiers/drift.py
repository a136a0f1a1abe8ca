"""What changes week by week: unknown words, shifted scores, rejections that cluster. Only looks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from classifiers.calibration import expected_error
from classifiers.features import TextFeatures
from classifiers.text import document_text, tokens
from classifiers.types import Document
from config.taxonomy import Taxonomy

Floats = npt.NDArray[np.float64]

#: shift of a distribution from which a look is due, by the usual reading of the index
NOTABLE_SHIFT = 0.25
#: papers a term must stand in before it can point to a missing section
_AT_LEAST = 5
#: how far above the rest of the stream, as a normal deviate
_CLEAR = 5.0
_TERMS, _EXAMPLES = 10, 5
#: a word in more of the stream's papers than this share is no topic
_COMMON = 0.1
#: terms that must stand together in a paper, or they only happen to be frequent
_TOGETHER = 3


@dataclass(frozen=True, slots=True)
class Drift:
    """One week against the time of training."""

    papers: int
    #: share of the week's words that the model has no term for
    unknown_terms: float
    #: population stability index of in-scope probabilities, 0 for no shift
    score_shift: float
    #: expected calibration error on the newest decisions; nan without any
    calibration_error: float
    notable: bool


@dataclass(frozen=True, slots=True)
class MissingSection:
    """Terms around which papers gather that no section takes: perhaps a missing section."""

    #: (term, papers among the troubled ones), clearest first
    terms: tuple[tuple[str, int], ...]
    #: keys of papers that show most of these terms
    examples: tuple[str, ...]


def drift(
    features: TextFeatures,
    week: Sequence[Document],
    *,
    reference: Sequence[float],
    scores: Sequence[float],
    decided: Sequence[tuple[float, bool]] = (),
) -> Drift:
    """Return the week's drift.

    Args:
        features: of the model in use.
        week: the week's papers.
        reference: in-scope probabilities of papers at the time of training.
        scores: in-scope probabilities of the week's papers.
        decided: (probability, approved) of the newest decisions.
    """
    shift = stability_index(np.asarray(reference), np.asarray(scores))
    chances = np.asarray([p for p, _ in decided])
    happened = np.asarray([approved for _, approved in decided], dtype=bool)
    return Drift(
        papers=len(week),
        unknown_terms=unknown_share(features, week),
        score_shift=shift,
        calibration_error=expected_error(chances, happened),
        notable=shift >= NOTABLE_SHIFT,
    )


def unknown_share(features: TextFeatures, documents: Sequence[Document]) -> float:
    """Return the share of words that the model has no term for; 0 without words."""
    known = features.column_
    words = [word for document in documents for word in tokens(document_text(document))]
    return sum(word not in known for word in words) / len(words) if words else 0.0


def stability_index(reference: Floats, now: Floats, bins: int = 10) -> float:
    """Return the population stability index of two samples of probabilities.

    Sum over equal-width bins of (now - then) * ln(now / then), each share smoothed by half a
    paper; 0 where a sample is empty.
    """
    if not len(reference) or not len(now):
        return 0.0
    edges = np.linspace(0.0, 1.0, bins + 1)
    then_share, now_share = (
        (np.histogram(sample, edges)[0] + 0.5) / (len(sample) + bins / 2)
        for sample in (reference, now)
    )
    return float(((now_share - then_share) * np.log(now_share / then_share)).sum())


def missing_section(
    troubled: Sequence[Document], others: Sequence[Document], taxonomy: Taxonomy
) -> MissingSection | None:
    """Return what abstained or rejected papers have in common that no section speaks of.

    Args:
        troubled: papers the model left open or reviewers rejected.
        others: the rest of the stream.
        taxonomy: terms that any of its cues contain are no news.

    A term counts where it stands clearly more often among the troubled than in the rest. None
    where fewer than five papers hold three such terms together: single terms stand out by chance
    in every week.
    """
    cued = {word for phrase in _phrases(taxonomy) for word in tokens(phrase)}
    among, beside = _papers_by_term(troubled), _papers_by_term(others)
    common = {term for term, count in beside.items() if count > _COMMON * len(others)}
    found = []
    for term, count in among.items():
        words = set(term.split())
        if count < _AT_LEAST or words & cued or words & common:
            continue
        elsewhere = beside.get(term, 0)
        clear = _clearness(count, len(troubled), elsewhere, len(others))
        if clear >= _CLEAR:
            found.append((clear, term, count))
    clearest = sorted(found, key=lambda item: (-item[0], item[1]))[:_TERMS]
    held = {
        document.key: _held(document, [term for _, term, _ in clearest]) for document in troubled
    }
    gathered = [key for key, count in held.items() if count >= _TOGETHER]
    if len(gathered) < _AT_LEAST:
        return None
    return MissingSection(
        terms=tuple((term, count) for _, term, count in clearest),
        examples=tuple(sorted(gathered, key=lambda key: (-held[key], key))[:_EXAMPLES]),
    )


def _clearness(here: int, troubled: int, elsewhere: int, others: int) -> float:
    """Return how far a term stands above the rest, as a normal deviate; 0 where it does not.

    The signed root of Dunning's likelihood ratio (Computational Linguistics 19, 1993), which
    holds for small counts too: that a term occurs nowhere else is the best of signs.
    """
    share = (here + elsewhere) / (troubled + others)
    if here <= share * troubled:
        return 0.0
    observed = (here, troubled - here, elsewhere, others - elsewhere)
    expected = (
        share * troubled, (1 - share) * troubled, share * others, (1 - share) * others,
    )  # fmt: skip
    ratio = sum(o * np.log(o / e) for o, e in zip(observed, expected, strict=True) if o)
    return float(np.sqrt(max(0.0, 2.0 * ratio)))


def _held(document: Document, clearest: Sequence[str]) -> int:
    """Return how many of the terms a paper holds; a pair and its own words are one."""
    own = _terms(document)
    found = [term for term in clearest if term in own]
    pairs = {word for term in found if " " in term for word in term.split()}
    return sum(term not in pairs for term in found)


def _phrases(taxonomy: Taxonomy) -> list[str]:
    of_labels = [cue for f in taxonomy.facets for label in f.labels for cue in label.cues]
    return of_labels + [cue for section in taxonomy.sections for cue in section.cues]


def _papers_by_term(documents: Sequence[Document]) -> Counter[str]:
    return Counter(term for document in documents for term in _terms(document))


def _terms(document: Document) -> set[str]:
    words = tokens(document_text(document))
    pairs = {f"{a} {b}" for a, b in pairwise(words)}
    return pairs | {word for word in words if len(word) > 3}
