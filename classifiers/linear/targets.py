"""What the human's words mean for each linear output: yes, no or unknown. Pure; learns nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from classifiers.types import Example
from config.taxonomy import Section, Taxonomy

Targets = npt.NDArray[np.int8]

#: in a target: not known, so the example teaches this output nothing
UNKNOWN = -1

SCOPE = "scope"
SECTION = "section"


@dataclass(frozen=True, slots=True, order=True)
class Output:
    """One linear function of a model: the scope, a label of a facet, or a section itself."""

    #: `scope`, `section`, or the name of a facet
    kind: str
    name: str


@lru_cache(maxsize=8)
def outputs(taxonomy: Taxonomy) -> tuple[Output, ...]:
    """Return every output a model of this taxonomy has: scope, labels, sections of their own."""
    # Remembered, here and below: a fit asks for every column of every round, at 2 ms each.
    labels = [Output(f.name, label.name) for f in taxonomy.facets for label in f.labels]
    own = [Output(SECTION, section.id) for section in own_sections(taxonomy)]
    return (Output(SCOPE, "in_scope"), *labels, *own)


@lru_cache(maxsize=8)
def own_sections(taxonomy: Taxonomy) -> tuple[Section, ...]:
    """Return the sections that their labels alone do not tell from their siblings.

    Either another section has the very same labels, or siblings of the same task carry a label
    where this one has none.
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


def targets(examples: Sequence[Example], taxonomy: Taxonomy) -> Targets:
    """Return (examples, outputs): 1, 0 or UNKNOWN.

    A rejected paper says nothing about labels. A facet that none of an example's sections
    carries is unknown, not absent: whether a paper on agents is about video, nobody said.
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
    """Return the (facet, label) pairs that somebody said of an example.

    Training and every measurement take them from here, so that they speak of the same truth.
    """
    pairs = {pair for s in example.sections for pair in taxonomy.section(s).labels}
    pairs |= set(example.facets)
    if technique_left_open(example, taxonomy):
        pairs = {pair for pair in pairs if pair[0] != "technique"}
    return pairs


def technique_left_open(example: Example, taxonomy: Taxonomy) -> bool:
    """Return whether somebody chose all techniques of one place: that says "do not know"."""
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
