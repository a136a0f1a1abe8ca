"""Convert the taxonomy's cue words, split into words and pairs, into directions of terms."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from classifiers.linear.targets import compared_sections
from classifiers.representations.tfidf import TextFeatures
from classifiers.text import tokens
from config.taxonomy import Taxonomy

Floats = npt.NDArray[np.float64]

#: counted for scope; cues of techniques ("dataset") occur in any abstract
SCOPE_FACETS = ("task", "modality")


def scope_direction(taxonomy: Taxonomy, features: TextFeatures) -> Floats:
    """Return (terms,): all cues of tasks, modalities and sections, of length one."""
    phrases = [cue for section in taxonomy.sections for cue in section.cues]
    for facet in taxonomy.facets:
        if facet.name in SCOPE_FACETS:
            phrases += [cue for label in facet.labels for cue in label.cues]
    return _unit(np.log1p(_counts(phrases, features)) * features.idf_)


def label_directions(taxonomy: Taxonomy, features: TextFeatures, facet: str) -> Floats:
    """Return (labels, terms): the direction of each label's and its sections' cues, of length one.

    A term of several labels is weighted by each label's share of it.
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


def word_directions(taxonomy: Taxonomy, features: TextFeatures) -> Floats:
    """Return (compared sections, terms): a section's direction less the mean of its task's."""
    compared = compared_sections(taxonomy)
    towards = section_directions(taxonomy, features, [section.id for section in compared])
    tasks = np.asarray([section.task for section in compared], dtype=object)
    for task in dict.fromkeys(tasks):
        towards[tasks == task] -= towards[tasks == task].mean(axis=0)
    return towards


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
    # np.linalg.norm splits long sums among threads, whose number would change the result.
    length = float(np.sqrt(np.square(row).sum()))
    return row / length if length else row
