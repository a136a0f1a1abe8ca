"""Select and name the scores that explain a paper's suggestions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifiers.types import Scores
from config.taxonomy import Taxonomy
from pipeline.learn.explain.breakdown import SectionBasis
from pipeline.learn.explain.section_figure import section_figure

#: sections explained by default
BEST = 3
#: a section below this probability is explained only if it is the first
_LEAST_PROBABILITY = 0.05

#: (kind, name) of an output
Key = tuple[str, str]

SCOPE: Key = ("scope", "in_scope")
OF_SECTION = {"section": "Section", "words": "Cue words of the section"}


@dataclass(frozen=True, slots=True)
class Outline:
    """The outputs to explain, in order, and the sections computed from them."""

    keys: tuple[Key, ...]
    bases: tuple[SectionBasis, ...]
    probabilities: Mapping[Key, float]


def outline(
    scores: Scores,
    parts: Mapping[str, Sequence[Key]],
    wanted: Sequence[str] | None,
    taxonomy: Taxonomy,
) -> Outline:
    """Return the scope and the parts of each wanted section (None: of the best), each once.

    Args:
        scores: the paper's scores.
        parts: by section id, the outputs its probability is computed from.
        wanted: ids of sections; ids without a score are ignored.
        taxonomy: of the sections.
    """
    chances = dict(scores.sections)
    named = list(chances)[:BEST] if wanted is None else [n for n in wanted if n in chances]
    chosen = [name for n, name in enumerate(named) if not n or chances[name] >= _LEAST_PROBABILITY]
    keys = list(dict.fromkeys((SCOPE, *(key for name in chosen for key in parts[name]))))
    probabilities = {(facet, label): p for facet, label, p in scores.facets}
    facets = {facet.name for facet in taxonomy.facets}
    bases = tuple(
        SectionBasis(
            name,
            chances[name],
            tuple(keys.index(key) for key in parts[name]),
            section_figure(
                taxonomy.section(name),
                chances[name],
                probabilities,
                taxonomy,
                own_terms=not {kind for kind, _ in parts[name]} <= facets,
            ),
        )
        for name in chosen
    )
    return Outline(tuple(keys), bases, {SCOPE: scores.in_scope, **probabilities})


def heading(key: Key, taxonomy: Taxonomy) -> str:
    """Return the displayed name of an output: "In scope", "Technique: LLM-based"."""
    kind, name = key
    if key == SCOPE:
        return "In scope"
    if kind in {"section", "words"}:
        named = taxonomy.section(name).names.get("en", name)
        return f"{OF_SECTION[kind]}: {named}"
    label = taxonomy.facet(kind).label(name)
    return f"{kind.capitalize()}: {label.names.get('en', name)}"
