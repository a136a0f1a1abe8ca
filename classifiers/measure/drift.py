"""Measure weekly drift: unknown words, shifted scores, clusters of rejections."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

import numpy as np
import numpy.typing as npt

from classifiers.ambiguity import NOTABLE_SHIFT
from classifiers.linear.calibration import expected_error
from classifiers.representations.tfidf import TextFeatures
from classifiers.text import document_text, tokens
from classifiers.types import Document
from config.taxonomy import Taxonomy

Floats = npt.NDArray[np.float64]

#: minimum papers of a term of a missing section
_AT_LEAST = 5
#: minimum excess over the stream as a normal deviate, for the first and other terms of a subject,
#: and as a ratio, because in large samples every difference is significant
_CLEAR, _JOINS, _TIMES = 5.0, 3.0, 2.0
#: a section covers a term with this share of its share among flagged papers, in so many papers
_COVERED, _COVERED_IN = 0.5, 2
#: terms of one subject share this part of the rarer one's papers, and so many times as many as by
#: chance
_SAME_SUBJECT, _TOO_OFTEN = 0.4, 2.0
#: placed papers needed to replace the stream as the reference
_ENOUGH = 100
_SEEDS = 40
_TERMS, _EXAMPLES = 10, 5
#: words in a larger share of the stream are ignored
_COMMON = 0.1
_LETTERS = 3
#: minimum terms of the subject in one paper
_TOGETHER = 3


@dataclass(frozen=True, slots=True)
class Drift:
    """Drift of one week since the training."""

    papers: int
    #: share of the week's words
    unknown_terms: float
    #: population stability index of in-scope probabilities
    score_shift: float
    #: on the newest decisions; nan without any
    calibration_error: float
    notable: bool


@dataclass(frozen=True, slots=True)
class MissingSection:
    """Terms of a cluster of papers that no section covers."""

    #: (term, flagged papers with it), clearest first
    terms: tuple[tuple[str, int], ...]
    #: keys of the papers with most of these terms
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

    `reference` and `scores` are in-scope probabilities of the training and the week; `decided` has
    (probability, approved) of the newest decisions.
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
    """Return the share of words that are not terms of the model."""
    known = features.column_
    words = [word for document in documents for word in tokens(document_text(document))]
    return sum(word not in known for word in words) / len(words) if words else 0.0


def stability_index(reference: Floats, now: Floats, bins: int = 10) -> float:
    """Return the population stability index, 0 if a sample is empty.

    Sum over equal-width bins of (now - then) * ln(now / then), smoothed by half a paper.
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
    flagged: Sequence[Document],
    others: Sequence[Document],
    taxonomy: Taxonomy,
    placed: Mapping[str, Sequence[Document]] | None = None,
) -> MissingSection | None:
    """Return terms that flagged papers share and no section covers, or None.

    Five flagged papers must have three such terms of one subject, because single terms stand out
    by chance. Terms of cues and of `placed` papers (by section) are ignored.
    """
    among = _papers_by_term(flagged)
    clearest = _uncovered(
        Counter({term: len(keys) for term, keys in among.items()}),
        len(flagged), others, taxonomy, placed or {},
    )  # fmt: skip
    papers = len(flagged) + len(others)
    for clear, seed in clearest[:_SEEDS]:
        if clear < _CLEAR:
            break
        subject = (term for _, term in clearest if _same_subject(among[seed], among[term], papers))
        terms = list(islice(subject, _TERMS))
        counts = {
            document.key: _terms_in(document, terms)
            for document in flagged
            if document.key in among[seed]
        }
        gathered = [key for key, count in counts.items() if count >= _TOGETHER]
        if len(gathered) >= _AT_LEAST:
            return MissingSection(
                terms=tuple((term, len(among[term])) for term in terms),
                examples=tuple(sorted(gathered, key=lambda key: (-counts[key], key))[:_EXAMPLES]),
            )
    return None


def _uncovered(
    among: Counter[str],
    flagged: int,
    others: Sequence[Document],
    taxonomy: Taxonomy,
    placed: Mapping[str, Sequence[Document]],
) -> list[tuple[float, str]]:
    """Return (clearness, term), clearest first."""
    cued = {word for phrase in _phrases(taxonomy) for word in tokens(phrase)}
    stream = _counts(others)
    common = {term for term, count in stream.items() if count > _COMMON * len(others)}
    sections = [(_counts(documents), len(documents)) for documents in placed.values()]
    settled = {d.key: d for documents in placed.values() for d in documents}
    # With few placed papers the stream is the reference.
    usual = _counts(settled.values()) if len(settled) >= _ENOUGH else stream
    size = len(settled) if len(settled) >= _ENOUGH else len(others)
    found = []
    for term, count in among.items():
        words = set(term.split())
        if count < _AT_LEAST or words <= cued or words & common:
            continue
        elsewhere, share = usual[term], count / flagged
        clear = max(
            _clearness(count, flagged, elsewhere, size),
            _clearness(count, flagged, stream[term], len(others)),
        )
        if clear < _JOINS or share * size < _TIMES * elsewhere:
            continue
        covered = any(
            counts[term] >= max(_COVERED_IN, _COVERED * share * of) for counts, of in sections
        )
        if not covered:
            found.append((clear, term))
    return sorted(found, key=lambda item: (-item[0], item[1]))


def _same_subject(one: set[str], other: set[str], papers: int) -> bool:
    together = len(one & other)
    by_chance = len(one) * len(other) / papers
    return one is other or (
        together >= _SAME_SUBJECT * min(len(one), len(other)) and together >= _TOO_OFTEN * by_chance
    )


def _clearness(here: int, flagged: int, elsewhere: int, others: int) -> float:
    """Return the excess over the rest as a normal deviate.

    Signed root of Dunning's likelihood ratio (Computational Linguistics 19, 1993).
    """
    share = (here + elsewhere) / (flagged + others)
    if here <= share * flagged:
        return 0.0
    observed = (here, flagged - here, elsewhere, others - elsewhere)
    expected = (
        share * flagged, (1 - share) * flagged, share * others, (1 - share) * others,
    )  # fmt: skip
    ratio = sum(o * np.log(o / e) for o, e in zip(observed, expected, strict=True) if o)
    return float(np.sqrt(max(0.0, 2.0 * ratio)))


def _terms_in(document: Document, clearest: Sequence[str]) -> int:
    """Return how many terms a paper has; a pair and its words count once."""
    own = _terms(document)
    found = [term for term in clearest if term in own]
    pairs = {word for term in found if " " in term for word in term.split()}
    return sum(term not in pairs for term in found)


def _phrases(taxonomy: Taxonomy) -> list[str]:
    of_labels = [cue for f in taxonomy.facets for label in f.labels for cue in label.cues]
    return of_labels + [cue for section in taxonomy.sections for cue in section.cues]


def _papers_by_term(documents: Sequence[Document]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for document in documents:
        for term in _terms(document):
            found.setdefault(term, set()).add(document.key)
    return found


def _counts(documents: Iterable[Document]) -> Counter[str]:
    return Counter(term for document in documents for term in _terms(document))


def _terms(document: Document) -> set[str]:
    words = tokens(document_text(document))
    pairs = {f"{a} {b}" for a, b in pairwise(words) if min(len(a), len(b)) >= _LETTERS}
    return pairs | {word for word in words if len(word) >= _LETTERS}
