"""Convert decisions to targets of the linear outputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from classifiers.types import Example
from config.taxonomy import Section, Taxonomy

Targets = npt.NDArray[np.int8]

#: target that an example does not determine
UNKNOWN = -1

SCOPE = "scope"
SECTION = "section"
#: a section's cue words, compared among the sections of its task
WORDS = "words"


@dataclass(frozen=True, slots=True, order=True)
class Output:
    """One linear output: the scope, a label, a section, or a section's words."""

    #: `scope`, `section`, `words`, or the name of a facet
    kind: str
    name: str


@lru_cache(maxsize=8)
def outputs(taxonomy: Taxonomy) -> tuple[Output, ...]:
    """Return the outputs in order: scope, labels, own sections, words of sections."""
    # Cached, because a fit needs it for every column of every round.
    labels = [Output(f.name, label.name) for f in taxonomy.facets for label in f.labels]
    own = [Output(SECTION, section.id) for section in own_sections(taxonomy)]
    words = [Output(WORDS, section.id) for section in compared_sections(taxonomy)]
    return (Output(SCOPE, "in_scope"), *labels, *own, *words)


@lru_cache(maxsize=8)
def own_sections(taxonomy: Taxonomy) -> tuple[Section, ...]:
    """Return the sections that labels do not distinguish from siblings.

    Another section has the same labels, or a sibling has a label where this one has none.
    """
    found = []
    for section in taxonomy.sections:
        siblings = [s for s in taxonomy.sections if s.task == section.task and s is not section]
        same = any(s.labels == section.labels for s in siblings)
        bare = (section.technique is None and any(s.technique for s in siblings)) or (
            section.modality is None and any(s.modality for s in siblings)
        )
        if same or bare:
            found.append(section)
    return tuple(found)


@lru_cache(maxsize=8)
def compared_sections(taxonomy: Taxonomy) -> tuple[Section, ...]:
    """Return the sections whose task has other sections."""
    tasks = [section.task for section in taxonomy.sections]
    return tuple(section for section in taxonomy.sections if tasks.count(section.task) > 1)


@lru_cache(maxsize=32)
def of_one_task(taxonomy: Taxonomy, facet: str) -> frozenset[str]:
    """Return the labels of a facet that one of several tasks alone has."""
    tasks: dict[str, set[str]] = {}
    for section in taxonomy.sections:
        for _, label in (pair for pair in section.labels if pair[0] == facet):
            tasks.setdefault(label, set()).add(section.task)
    several = len({section.task for section in taxonomy.sections}) > 1
    return frozenset(label for label, found in tasks.items() if several and len(found) == 1)


def targets(examples: Sequence[Example], taxonomy: Taxonomy) -> Targets:
    """Return (examples, outputs): 1, 0 or UNKNOWN.

    A facet without a label in an example's sections is unknown, not absent: a paper in a section
    on agents may be about video.
    """
    every = outputs(taxonomy)
    columns = {output: column for column, output in enumerate(every)}
    table = np.full((len(examples), len(every)), UNKNOWN, dtype=np.int8)
    own = own_sections(taxonomy)
    for row, example in enumerate(examples):
        table[row, 0] = example.in_scope
        if not example.in_scope:
            continue
        chosen = [taxonomy.section(section) for section in example.sections]
        pairs = known_labels(example, taxonomy)
        known = {facet for facet, _ in pairs}
        for output in every:
            if output.kind in known:
                table[row, columns[output]] = (output.kind, output.name) in pairs
        tasks = {label for facet, label in pairs if facet == "task"}
        for section in own if chosen else ():
            if section.task in tasks:
                table[row, columns[Output(SECTION, section.id)]] = section in chosen
    return table


def known_labels(example: Example, taxonomy: Taxonomy) -> set[tuple[str, str]]:
    """Return the known (facet, label) pairs of an example.

    A technique says something only of a task that has sections of this technique: every paper on
    understanding has a language model, which is no reason to call a generator language-based.
    """
    pairs = {pair for s in example.sections for pair in taxonomy.section(s).labels}
    pairs |= set(example.facets)
    tasks = {label for facet, label in pairs if facet == "task"}
    if tasks:
        placed = {s.technique for s in taxonomy.sections if s.task in tasks}
        pairs = {(f, label) for f, label in pairs if f != "technique" or label in placed}
    if technique_left_open(example, taxonomy):
        pairs = {pair for pair in pairs if pair[0] != "technique"}
    return pairs


def technique_left_open(example: Example, taxonomy: Taxonomy) -> bool:
    """Return whether all techniques of one task and modality were chosen: technique unknown."""
    chosen = [taxonomy.section(section) for section in example.sections]
    for section in chosen:
        place = {
            s.id
            for s in taxonomy.sections
            if (s.task, s.modality) == (section.task, section.modality) and s.technique
        }
        if len(place) > 1 and place <= {s.id for s in chosen}:
            return True
    return False
