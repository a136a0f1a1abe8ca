"""Turn the open facets of a prediction into one question to the reviewer."""

from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.ambiguity import close
from config.taxonomy import Section, Taxonomy
from storage.types import Prediction

#: no question below this probability of being in scope
_ASKED_FROM = 0.2
#: sections offered at most; two open facets can leave a dozen
_OFFERED = 6
#: least probability of a section that is offered; the others are below "other sections"
_OFFERED_FROM = 0.05
_CLOSE = "The two best are close."


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """The open facets, and the sections that differ only in them."""

    facets: tuple[str, ...]
    #: likeliest first
    candidates: tuple[Section, ...]
    #: "Technique is open: LLM-based or Non-LLM-based? The two best are close."
    text: str


def open_question(prediction: Prediction, taxonomy: Taxonomy) -> OpenQuestion | None:
    """Return what to ask about a paper; None if it is hardly in scope or no facet matters.

    A facet matters only if the sections that agree in all others differ in it, and only if the two
    likeliest of these are close (`classifiers.ambiguity`): whether a paper on agents is LLM-based
    does not change its section.
    """
    chances = {each.section: each.probability for each in prediction.sections}
    known = {section.id: section for section in taxonomy.sections}
    ranked = [known[name] for name in chances if name in known]
    if not ranked or not prediction.open_facets or prediction.in_scope < _ASKED_FROM:
        return None
    top = dict(ranked[0].labels)
    closed = [f.name for f in taxonomy.facets if f.name not in prediction.open_facets]
    candidates = [
        section
        for section in ranked
        if chances[section.id] >= _OFFERED_FROM
        and all(dict(section.labels).get(facet) == top.get(facet) for facet in closed)
    ][:_OFFERED]
    if len(candidates) < 2 or not close(*(chances[section.id] for section in candidates[:2])):
        return None
    differ = tuple(
        facet.name
        for facet in taxonomy.facets
        if facet.name in prediction.open_facets
        and len({dict(section.labels).get(facet.name) for section in candidates}) > 1
    )
    if not differ:
        return None
    return OpenQuestion(differ, tuple(candidates), _text(differ, candidates, taxonomy))


def _text(facets: Sequence[str], candidates: Sequence[Section], taxonomy: Taxonomy) -> str:
    if len(facets) > 1:
        named = f"{', '.join(facets[:-1])} and {facets[-1]}".capitalize()
        return f"{named} are open: which of these? {_CLOSE}"
    [facet] = facets
    labels = dict.fromkeys(dict(section.labels).get(facet) for section in candidates)
    names = [
        taxonomy.facet(facet).label(label).names.get("en", label) if label else "none of these"
        for label in labels
    ]
    return f"{facet.capitalize()} is open: {', '.join(names[:-1])} or {names[-1]}? {_CLOSE}"
