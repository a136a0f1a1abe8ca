"""Classify by the taxonomy's cue words, compared token by token.

docs/study/trials.md has the measurements behind the constants.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.model_ids import cue_words_id
from classifiers.scoring import Probabilities, scores_of, sigmoid, softmax
from classifiers.text import readable, tokens
from classifiers.types import Document, Scores
from config.taxonomy import Taxonomy

Floats = npt.NDArray[np.float64]

#: of a word in the title relative to the abstract
TITLE_WEIGHT = 2.0
REPEAT_CAP = 3.0
EVIDENCE_CAP = 6.0

#: log-odds of scope = SLOPE * (best task + modality + section evidence) + INTERCEPT
SCOPE_SLOPE = 1.5
SCOPE_INTERCEPT = -3.3
#: log-odds between two labels per unit of evidence
LABEL_SLOPE = 1.4
#: of a section's cue for its labels, relative to their own cues
SECTION_SHARE = 0.5

#: log-odds, before its own evidence, of a section without a label its siblings have
OWN_INTERCEPT = -2.0

#: counted for scope; cues of techniques ("dataset") occur in any abstract
SCOPE_KINDS = ("task", "modality", "section")


@dataclass(frozen=True, slots=True)
class CueKey:
    """The target of a cue: a label of a facet, or a section."""

    facet: str
    label: str


class CueIndex:
    """Finds the cues of many keys in one pass over a text."""

    def __init__(self, cues: Mapping[CueKey, Sequence[str]]) -> None:
        self.keys = tuple(cues)
        self._of_phrase: dict[tuple[str, ...], list[tuple[int, str]]] = {}
        for number, phrases in enumerate(cues.values()):
            for phrase in phrases:
                words = tuple(tokens(phrase))
                for form in _forms(words):
                    self._of_phrase.setdefault(form, []).append((number, phrase))
        self._longest = max((len(words) for words in self._of_phrase), default=0)

    def found(self, document: Document) -> dict[int, dict[str, float]]:
        """Return the cues found and their evidence, by key number."""
        counts: dict[int, dict[str, float]] = {}
        fields = ((document.title, TITLE_WEIGHT), (document.abstract, 1.0))
        for text, weight in fields:
            words = tokens(readable(text))
            for start in range(len(words)):
                for length in range(1, self._longest + 1):
                    hits = self._of_phrase.get(tuple(words[start : start + length]))
                    if hits is None or start + length > len(words):
                        continue
                    for number, phrase in hits:
                        of_key = counts.setdefault(number, {})
                        of_key[phrase] = of_key.get(phrase, 0.0) + weight
        return {
            number: {cue: min(REPEAT_CAP, count) ** 0.5 for cue, count in of_key.items()}
            for number, of_key in counts.items()
        }

    def evidence(self, documents: Sequence[Document]) -> Floats:
        """Return (documents, keys), each value at most EVIDENCE_CAP."""
        table = np.zeros((len(documents), len(self.keys)))
        for row, document in enumerate(documents):
            for number, of_key in self.found(document).items():
                table[row, number] = min(EVIDENCE_CAP, sum(of_key.values()))
        return table


def cue_index(taxonomy: Taxonomy) -> CueIndex:
    """Return the index of all labels, then all sections."""
    cues: dict[CueKey, Sequence[str]] = {}
    for facet in taxonomy.facets:
        for label in facet.labels:
            cues[CueKey(facet.name, label.name)] = label.cues
    for section in taxonomy.sections:
        cues[CueKey("section", section.id)] = section.cues
    return CueIndex(cues)


def facet_columns(index: CueIndex, facet: str) -> list[int]:
    """Return the columns of a facet in the evidence."""
    return [number for number, key in enumerate(index.keys) if key.facet == facet]


def scope_evidence(index: CueIndex, evidence: Floats) -> Floats:
    """Return per document the sum of the best evidence of each scope kind."""
    total = np.zeros(len(evidence))
    for facet in SCOPE_KINDS:
        columns = facet_columns(index, facet)
        if columns:
            total += evidence[:, columns].max(axis=1)
    return total


class CueClassifier:
    """Classifies by cue words with constant weights."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self.model_id = cue_words_id(taxonomy)
        self._index = cue_index(taxonomy)

    def predict(self, documents: Sequence[Document]) -> list[Scores]:
        """Return the scores; the terms are the cues found."""
        evidence = self._index.evidence(documents)
        known = cue_probabilities(self._index, evidence, self.taxonomy)
        terms = [self._terms(document) for document in documents]
        return scores_of([d.key for d in documents], known, self.taxonomy, terms)

    def _terms(self, document: Document) -> tuple[tuple[str, float], ...]:
        """Return the cues of the best key of each kind."""
        found = self._index.found(document)
        terms: dict[str, float] = {}
        for facet in SCOPE_KINDS:
            columns = facet_columns(self._index, facet)
            best = max(columns, key=lambda c: sum(found.get(c, {}).values()), default=None)
            if best is None or best not in found:
                continue
            total = sum(found[best].values())
            scale = SCOPE_SLOPE * min(1.0, EVIDENCE_CAP / total)
            for cue, weight in found[best].items():
                terms[cue] = terms.get(cue, 0.0) + weight * scale
        return tuple(sorted(terms.items(), key=lambda term: (-term[1], term[0])))


def cue_probabilities(index: CueIndex, evidence: Floats, taxonomy: Taxonomy) -> Probabilities:
    """Return the probabilities; a facet's labels are equally likely without cues."""
    return Probabilities(
        scope=sigmoid(SCOPE_SLOPE * scope_evidence(index, evidence) + SCOPE_INTERCEPT),
        facets={
            facet.name: softmax(
                LABEL_SLOPE * _label_evidence(index, evidence, taxonomy, facet.name)
            )
            for facet in taxonomy.facets
        },
        own=LABEL_SLOPE * evidence[:, facet_columns(index, "section")] + OWN_INTERCEPT,
        shift=np.zeros(len(taxonomy.sections)),
    )


def _label_evidence(index: CueIndex, evidence: Floats, taxonomy: Taxonomy, facet: str) -> Floats:
    """Return each label's evidence plus a share of its best section's."""
    table = evidence[:, facet_columns(index, facet)].copy()
    columns = {key: column for column, key in enumerate(index.keys)}
    for place, label in enumerate(taxonomy.facet(facet).labels):
        of_sections = [
            columns[CueKey("section", section.id)]
            for section in taxonomy.sections
            if (facet, label.name) in section.labels
        ]
        if of_sections:
            table[:, place] += SECTION_SHARE * evidence[:, of_sections].max(axis=1)
    return table


def _forms(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Return a cue and its plural."""
    if not words:
        return set()
    return {words, (*words[:-1], words[-1] + "s")}
