"""Combine probabilities of scope and labels into `Scores`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from classifiers.ambiguity import close
from classifiers.types import Scores
from config.taxonomy import Section, Taxonomy

Floats = npt.NDArray[np.float64]

TERMS_KEPT = 8

_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Probabilities of n documents before sections are combined."""

    scope: Floats
    #: by facet, (n, labels): probability given scope
    facets: Mapping[str, Floats]
    #: (n, sections): log-odds beyond the labels
    own: Floats
    #: (sections,) learned correction of each section's log-odds
    shift: Floats
    #: (n, sections): log-odds of each section's cue words among the sections of its task
    words: Floats | None = None
    #: minimum probability of a suggested label; without one a facet is never open
    thresholds: Mapping[str, float] = field(default_factory=dict)


def sigmoid(logits: Floats) -> Floats:
    """Return the probabilities of log-odds, clipped to avoid overflow."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -35.0, 35.0))))


def softmax(logits: Floats) -> Floats:
    """Return probabilities over the columns of each row."""
    if not logits.shape[1]:
        return logits
    # C order, or the sums in a row would depend on the number of rows.
    powers = np.ascontiguousarray(np.exp(logits - logits.max(axis=1, keepdims=True)))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def section_probabilities(known: Probabilities, taxonomy: Taxonomy) -> Floats:
    """Return (n, sections): probabilities given scope.

    That of the task, times its modality among the task's sections, times its technique among those
    of both. Options that sum to less than one are scaled up, because one must apply; never down,
    because several may. A section without a label that siblings have uses its own evidence, and
    sections with the same labels share by theirs. Each section's cue words then move probability
    between the sections of a task.
    """
    chances = np.ones_like(known.own)
    columns = {section.id: column for column, section in enumerate(taxonomy.sections)}
    for task in dict.fromkeys(section.task for section in taxonomy.sections):
        of_task = [section for section in taxonomy.sections if section.task == task]
        share = _label(known, taxonomy, "task", task)
        by_modality = _grouped(of_task, "modality")
        modality_share = _shares(known, taxonomy, "modality", by_modality, columns)
        for modality, of_modality in by_modality.items():
            by_technique = _grouped(of_modality, "technique")
            technique_share = _shares(known, taxonomy, "technique", by_technique, columns)
            for technique, same in by_technique.items():
                among = softmax(known.own[:, [columns[section.id] for section in same]])
                for place, section in enumerate(same):
                    chances[:, columns[section.id]] = (
                        share
                        * modality_share[modality]
                        * technique_share[technique]
                        * among[:, place]
                    )
        if known.words is not None and len(of_task) > 1:
            places = [columns[section.id] for section in of_task]
            chances[:, places] = _moved(chances[:, places], known.words[:, places], share)
    if known.shift.any():
        safe = np.clip(chances, _TINY, 1.0 - _TINY)
        chances = sigmoid(np.log(safe / (1.0 - safe)) + known.shift)
    return chances


def open_rows(chances: Floats, threshold: float) -> npt.NDArray[np.bool_]:
    """Return (n,): whether a facet (n, labels) is open.

    It is if its best label is below the threshold and the second is close to it.
    """
    if chances.shape[1] < 2:
        return np.zeros(len(chances), dtype=bool)
    ordered = np.sort(chances, axis=1)
    best, second = ordered[:, -1], ordered[:, -2]
    return np.asarray((best < threshold) & close(best, second))


def scores_of(
    keys: Sequence[str],
    known: Probabilities,
    taxonomy: Taxonomy,
    terms: Sequence[tuple[tuple[str, float], ...]],
    *,
    sections: Floats | None = None,
) -> list[Scores]:
    """Return the scores; sections best first, ties in the taxonomy's order."""
    chances = section_probabilities(known, taxonomy) if sections is None else sections
    order = np.argsort(-chances, axis=1, kind="stable")
    ids = [section.id for section in taxonomy.sections]
    names = [(facet.name, label.name) for facet in taxonomy.facets for label in facet.labels]
    ranked = np.take_along_axis(chances, order, axis=1).tolist()
    places = order.tolist()
    table = np.hstack([known.facets[facet.name] for facet in taxonomy.facets]).tolist()
    opened = [
        (name, open_rows(known.facets[name], limit)) for name, limit in known.thresholds.items()
    ]
    return [
        Scores(
            key=key,
            in_scope=float(known.scope[row]),
            sections=tuple(zip([ids[place] for place in places[row]], ranked[row], strict=True)),
            facets=tuple(
                (facet, label, p) for (facet, label), p in zip(names, table[row], strict=True)
            ),
            terms=terms[row][:TERMS_KEPT],
            open_facets=tuple(name for name, is_open in opened if is_open[row]),
        )
        for row, key in enumerate(keys)
    ]


def _moved(chances: Floats, words: Floats, most: Floats) -> Floats:
    """Return chances multiplied by the odds of the words, with the same sum in each row.

    None becomes larger than `most` (n,), the probability of the task.
    """
    safe = np.maximum(chances, _TINY)
    moved = softmax(np.log(safe) + words) * safe.sum(axis=1, keepdims=True)
    return np.asarray(np.minimum(moved, most[:, np.newaxis]))


def _label(known: Probabilities, taxonomy: Taxonomy, facet: str, label: str) -> Floats:
    names = [each.name for each in taxonomy.facet(facet).labels]
    return known.facets[facet][:, names.index(label)]


def _grouped(sections: Sequence[Section], facet: str) -> dict[str | None, list[Section]]:
    groups: dict[str | None, list[Section]] = {}
    for section in sections:
        groups.setdefault(getattr(section, facet), []).append(section)
    return groups


def _shares(
    known: Probabilities,
    taxonomy: Taxonomy,
    facet: str,
    groups: Mapping[str | None, Sequence[Section]],
    columns: Mapping[str, int],
) -> dict[str | None, Floats]:
    """Return the probability of each option among the given ones."""
    if len(groups) == 1:
        return dict.fromkeys(groups, np.ones(len(known.scope)))
    options = {
        label: _label(known, taxonomy, facet, label)
        if label is not None
        else sigmoid(known.own[:, [columns[s.id] for s in sections]].max(axis=1))
        for label, sections in groups.items()
    }
    total = np.sum(list(options.values()), axis=0)
    return {label: p / np.clip(total, _TINY, 1.0) for label, p in options.items()}
