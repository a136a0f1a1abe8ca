"""What changes week by week: unknown words, shifted scores, rejections that cluster. Only looks."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

import numpy as np
import numpy.typing as npt

from classifiers.linear.calibration import expected_error
from classifiers.representations.tfidf import TextFeatures
from classifiers.text import document_text, tokens
from classifiers.types import Document
from config.taxonomy import Taxonomy

Floats = npt.NDArray[np.float64]

#: shift of a distribution from which a look is due, by the usual reading of the index
NOTABLE_SHIFT = 0.25
#: papers a term must stand in before it can point to a missing section
_AT_LEAST = 5
#: How far above the rest of the stream: as a normal deviate, for the term that a subject begins
#: with and for those that join it; and as a ratio of shares, since among thousands of papers every
#: difference is clear.
_CLEAR, _JOINS, _TIMES = 5.0, 3.0, 2.0
#: A section speaks of a term if this share of what is usual among the troubled papers is usual in
#: it, in so many of its papers.
_SPOKEN, _SPOKEN_IN = 0.5, 2
#: of the rarer one's papers, so many hold both of two terms of one subject, and so many times what
#: chance puts together
_SAME_SUBJECT, _TOO_OFTEN = 0.4, 2.0
#: placed papers from which on they say what is usual, and not the stream
_ENOUGH = 100
#: terms that may begin a subject
_SEEDS = 40
_TERMS, _EXAMPLES = 10, 5
#: a word in more of the stream's papers than this share is no topic
_COMMON = 0.1
#: a word with fewer letters is hardly ever one of a subject's
_LETTERS = 3
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
    troubled: Sequence[Document],
    others: Sequence[Document],
    taxonomy: Taxonomy,
    placed: Mapping[str, Sequence[Document]] | None = None,
) -> MissingSection | None:
    """Return what abstained or rejected papers have in common that no section speaks of.

    Args:
        troubled: papers the model left open or reviewers rejected.
        others: the rest of the stream.
        taxonomy: terms that any of its cues contain are no news.
        placed: by section, papers that stand in it: what they speak of is no news either.

    A term counts where it stands clearly more often among the troubled than in the rest. None
    where fewer than five papers hold three such terms of one subject: single terms stand out by
    chance in every week, and what papers on the survey's own subjects share are its own words.
    """
    among = _papers_by_term(troubled)
    clearest = _news(
        Counter({term: len(keys) for term, keys in among.items()}),
        len(troubled), others, taxonomy, placed or {},
    )  # fmt: skip
    papers = len(troubled) + len(others)
    for clear, seed in clearest[:_SEEDS]:
        if clear < _CLEAR:
            break
        subject = (term for _, term in clearest if _same_subject(among[seed], among[term], papers))
        terms = list(islice(subject, _TERMS))
        held = {
            document.key: _held(document, terms)
            for document in troubled
            if document.key in among[seed]
        }
        gathered = [key for key, count in held.items() if count >= _TOGETHER]
        if len(gathered) >= _AT_LEAST:
            return MissingSection(
                terms=tuple((term, len(among[term])) for term in terms),
                examples=tuple(sorted(gathered, key=lambda key: (-held[key], key))[:_EXAMPLES]),
            )
    return None


def _news(
    among: Counter[str],
    troubled: int,
    others: Sequence[Document],
    taxonomy: Taxonomy,
    placed: Mapping[str, Sequence[Document]],
) -> list[tuple[float, str]]:
    """Return (clearness, term) of what stands out and no section speaks of, clearest first."""
    cued = {word for phrase in _phrases(taxonomy) for word in tokens(phrase)}
    stream = _counts(others)
    common = {term for term, count in stream.items() if count > _COMMON * len(others)}
    sections = [(_counts(documents), len(documents)) for documents in placed.values()]
    settled = {d.key: d for documents in placed.values() for d in documents}
    # With few placed papers the rest of the stream has to say what is usual.
    usual = _counts(settled.values()) if len(settled) >= _ENOUGH else stream
    size = len(settled) if len(settled) >= _ENOUGH else len(others)
    found = []
    for term, count in among.items():
        words = set(term.split())
        if count < _AT_LEAST or words <= cued or words & common:
            continue
        elsewhere, share = usual[term], count / troubled
        clear = max(
            _clearness(count, troubled, elsewhere, size),
            _clearness(count, troubled, stream[term], len(others)),
        )
        if clear < _JOINS or share * size < _TIMES * elsewhere:
            continue
        spoken = any(said[term] >= max(_SPOKEN_IN, _SPOKEN * share * of) for said, of in sections)
        if not spoken:
            found.append((clear, term))
    return sorted(found, key=lambda item: (-item[0], item[1]))


def _same_subject(one: set[str], other: set[str], papers: int) -> bool:
    together = len(one & other)
    by_chance = len(one) * len(other) / papers
    return one is other or (
        together >= _SAME_SUBJECT * min(len(one), len(other)) and together >= _TOO_OFTEN * by_chance
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
