"""Say how the probability of a section is made of those of its labels.

`classifiers.scoring.section_probabilities` multiplies the share of the task by the share of the
modality among those of the task's sections, and by that of the technique among those of both. So a
label's own figure and the section's need not be alike. A section's cue words count beside them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from config.taxonomy import Section, Taxonomy

#: the facets in the order in which their shares are multiplied
_ORDER = ("task", "modality", "technique")
#: a correction of less is not named
_NOTABLE = 0.02


@dataclass(frozen=True, slots=True)
class Factor:
    """One number that is multiplied."""

    facet: str
    #: of the label
    name: str
    #: displayed name of the label
    label: str
    #: the label's own probability
    probability: float
    #: its share among the labels of the sections that are compared; this is multiplied
    share: float

    @property
    def changed(self) -> bool:
        """Whether the comparison changed the label's own probability."""
        return abs(self.share - self.probability) >= _NOTABLE


@dataclass(frozen=True, slots=True)
class SectionFigure:
    """The factors of a section's probability."""

    probability: float
    factors: tuple[Factor, ...]
    #: the product of the shares; None: the section's own evidence counts too
    product: float | None

    @property
    def corrected(self) -> bool:
        """Whether earlier choices between sections changed the product."""
        return self.product is not None and abs(self.product - self.probability) >= _NOTABLE


def section_figure(
    section: Section,
    probability: float,
    labels: Mapping[tuple[str, str], float],
    taxonomy: Taxonomy,
    *,
    own_terms: bool,
) -> SectionFigure:
    """Return how a section's probability is made.

    Args:
        section: the section.
        probability: the one shown.
        labels: probabilities by facet and label.
        taxonomy: of the section.
        own_terms: the section's own terms count beside its labels.
    """
    factors, alike = [], list(taxonomy.sections)
    for facet in _ORDER:
        label = getattr(section, facet)
        options = list(dict.fromkeys(getattr(one, facet) for one in alike))
        if label is not None:
            chance = labels.get((facet, label), 0.0)
            share = chance if facet == "task" else _share(chance, options, facet, labels)
            name = taxonomy.facet(facet).label(label).names.get("en", label)
            factors.append(Factor(facet, label, name, chance, share))
        alike = [one for one in alike if getattr(one, facet) == label]
    product = 1.0
    for factor in factors:
        product *= factor.share
    return SectionFigure(probability, tuple(factors), None if own_terms else product)


def _share(
    chance: float,
    options: Iterable[str | None],
    facet: str,
    labels: Mapping[tuple[str, str], float],
) -> float:
    known = list(options)
    if len(known) == 1:
        return 1.0
    total = sum(labels.get((facet, label), 0.0) for label in known if label is not None)
    return chance / min(max(total, 1e-9), 1.0)
