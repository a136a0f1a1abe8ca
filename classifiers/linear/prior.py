"""What the taxonomy itself says of every term, before any example: cue words as directions.

A label's cue phrases are broken into words and word pairs and become one direction in the space
of terms. Never sees a document.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from classifiers.representations.tfidf import TextFeatures
from classifiers.text import tokens
from config.taxonomy import Taxonomy

Floats = npt.NDArray[np.float64]

#: facets whose cues speak for the survey's scope; a technique's ("dataset", "benchmark") stand
#: in any abstract
SCOPE_FACETS = ("task", "modality")


def scope_direction(taxonomy: Taxonomy, features: TextFeatures) -> Floats:
    """Return (terms,): the cues of all tasks, modalities and sections pooled; of length one."""
    phrases = [cue for section in taxonomy.sections for cue in section.cues]
    for facet in taxonomy.facets:
        if facet.name in SCOPE_FACETS:
            phrases += [cue for label in facet.labels for cue in label.cues]
    return _unit(np.log1p(_counts(phrases, features)) * features.idf_)


def label_directions(taxonomy: Taxonomy, features: TextFeatures, facet: str) -> Floats:
    """Return (labels, terms): one direction per label of a facet, each of length one.

    A label speaks through its own cues and those of its sections. A term that several labels
    share is worth each one's share of it: "video" stands in the cues of video and, now and then,
    of audio.
    """
    tables = []
    for label in taxonomy.facet(facet).labels:
        phrases = list(label.cues)
        for section in taxonomy.sections:
            if (facet, label.name) in section.labels:
                phrases += section.cues
        tables.append(_counts(phrases, features))
    counts = np.asarray(tables)
    share = counts / np.maximum(counts.sum(axis=0), 1.0)
    return np.asarray([_unit(row) for row in np.log1p(counts) * features.idf_ * share])


def section_directions(
    taxonomy: Taxonomy, features: TextFeatures, sections: Sequence[str]
) -> Floats:
    """Return (sections, terms): the direction of each section's own cues."""
    rows = [
        _unit(np.log1p(_counts(taxonomy.section(section).cues, features)) * features.idf_)
        for section in sections
    ]
    return np.asarray(rows).reshape(len(sections), len(features.terms_))


def _counts(phrases: Sequence[str], features: TextFeatures) -> Floats:
    column = features.column_
    counts = np.zeros(len(features.terms_))
    for phrase in phrases:
        words = tokens(phrase)
        pairs = [f"{first} {second}" for first, second in pairwise(words)]
        for term in (*words, *pairs):
            if term in column:
                counts[column[term]] += 1.0
    return counts


def _unit(row: Floats) -> Floats:
    # Not np.linalg.norm: it shares long sums among threads, and their number would show in a model.
    length = float(np.sqrt(np.square(row).sum()))
    return row / length if length else row
