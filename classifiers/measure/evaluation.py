"""Evaluate a classifier on papers later than those it learned from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from classifiers.errors import ModelError
from classifiers.identity import marks
from classifiers.linear.calibration import expected_error
from classifiers.linear.targets import known_labels, technique_left_open
from classifiers.measure.metrics import (
    LabelMeasures,
    area_under_curve,
    label_measures,
    recall_at,
    reliability,
    work_saved,
)
from classifiers.measure.reading import Trust, reading_depths, trusted
from classifiers.measure.reports import Evaluation, FacetReport, HardPaper, ScopeReport
from classifiers.types import Classifier, Example, Scores
from config.taxonomy import Facet, Taxonomy

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

HARDEST = 20


class LeakError(ModelError):
    """A test paper was also trained on, which would bias the results."""


@dataclass(frozen=True, slots=True)
class Split:
    """Examples before a moment and from it on."""

    train: tuple[Example, ...]
    test: tuple[Example, ...]
    cut: datetime


def temporal_split(examples: Sequence[tuple[Example, datetime]], newest: float = 0.2) -> Split:
    """Split examples at a moment, with about the share `newest` after it.

    Examples of one moment stay together, so the test may be empty. Raises ModelError without
    examples.
    """
    ordered = sorted(examples, key=lambda pair: (pair[1], pair[0].document.key))
    if not ordered:
        raise ModelError("There is nothing to evaluate on.", hint="Decide some papers first.")
    wanted = int(len(ordered) * (1.0 - newest))
    cut = ordered[min(wanted, len(ordered) - 1)][1]
    if cut == ordered[0][1]:
        later = [moment for _, moment in ordered if moment > cut]
        cut = later[0] if later else cut
    if cut == ordered[0][1]:
        return Split(tuple(example for example, _ in ordered), (), cut)
    train = tuple(example for example, moment in ordered if moment < cut)
    return Split(train, tuple(example for example, moment in ordered if moment >= cut), cut)


def evaluate(
    classifier: Classifier,
    test: Sequence[Example],
    taxonomy: Taxonomy,
    *,
    trained_on: Collection[str],
) -> Evaluation:
    """Return the measures of a classifier on later papers.

    `trained_on` has the `identity.marks` of all papers it learned from, with unlabelled ones.

    Raises:
        LeakError: a test paper was trained on.
        ModelError: the test is empty.
    """
    _refuse_leaks(test, trained_on)
    scores = classifier.predict([example.document for example in test])
    facets = tuple(
        report
        for facet in taxonomy.facets
        if (report := _facet(facet, test, scores, taxonomy)) is not None
    )
    placed, top1, top3, sections, trust = _sections(test, scores, taxonomy)
    return Evaluation(
        model_id=classifier.model_id,
        scope=_scope(test, scores),
        facets=facets,
        sections=sections,
        section_papers=placed,
        section_top1=top1,
        section_top3=top3,
        hardest=_hardest(test, scores, taxonomy),
        section_trust=trust,
    )


def evaluate_ranking(
    name: str, margins: Floats, test: Sequence[Example], *, trained_on: Collection[str]
) -> Evaluation:
    """Return the measures of a rule that only ranks; raises like `evaluate`."""
    _refuse_leaks(test, trained_on)
    truth = np.asarray([example.in_scope for example in test], dtype=bool)
    nan = float("nan")
    scope = ScopeReport(
        papers=len(test),
        approved=int(truth.sum()),
        area_under_curve=area_under_curve(margins, truth),
        average_precision=label_measures(name, margins, truth, truth).average_precision,
        precision=nan,
        recall=nan,
        calibration_error=nan,
        work_saved_at_95=work_saved(margins, truth),
        recall_at_tenth=recall_at(margins, truth),
        reliability=(),
        reading=reading_depths(margins, truth),
    )
    return Evaluation(name, scope, (), (), 0, nan, nan, ())


def _refuse_leaks(test: Sequence[Example], trained_on: Collection[str]) -> None:
    if not test:
        raise ModelError("There is nothing to evaluate on.", hint="Decide some papers first.")
    known = frozenset(trained_on)
    leaked = [e.document.key for e in test if marks([e.document]) & known]
    if leaked:
        raise LeakError(
            f"{len(leaked)} test papers were trained on, among them {min(leaked)}.",
            hint="Split by time before training.",
        )


def labels_of(example: Example, facet: str, taxonomy: Taxonomy) -> set[str]:
    """Return an example's known labels of a facet."""
    return {label for name, label in known_labels(example, taxonomy) if name == facet}


def _scope(test: Sequence[Example], scores: Sequence[Scores]) -> ScopeReport:
    chances = np.asarray([score.in_scope for score in scores])
    truth = np.asarray([example.in_scope for example in test], dtype=bool)
    measures = label_measures("in_scope", chances, truth, chances >= 0.5)
    return ScopeReport(
        papers=len(test),
        approved=int(truth.sum()),
        area_under_curve=area_under_curve(chances, truth),
        average_precision=measures.average_precision,
        precision=measures.precision,
        recall=measures.recall,
        calibration_error=expected_error(chances, truth),
        work_saved_at_95=work_saved(chances, truth),
        recall_at_tenth=recall_at(chances, truth),
        reliability=reliability(chances, truth),
        reading=reading_depths(chances, truth),
        trust=trusted(chances, truth),
    )


def _facet(
    facet: Facet, test: Sequence[Example], scores: Sequence[Scores], taxonomy: Taxonomy
) -> FacetReport | None:
    names = [label.name for label in facet.labels]
    rows = [
        (score, labels)
        for example, score in zip(test, scores, strict=True)
        if example.in_scope and (labels := labels_of(example, facet.name, taxonomy))
    ]
    if not rows:
        return None
    chances = np.asarray(
        [[p for name, _, p in score.facets if name == facet.name] for score, _ in rows]
    )
    truth = np.asarray([[name in labels for name in names] for _, labels in rows], dtype=bool)
    best = chances.argmax(axis=1)
    right = truth[np.arange(len(best)), best]
    # Either of two labels is right: the paper counts in the row of the suggested one.
    placed = np.where(right, best, truth.argmax(axis=1))
    opened = np.asarray([facet.name in score.open_facets for score, _ in rows], dtype=bool)
    measures = tuple(
        label_measures(name, chances[:, n], placed == n, best == n) for n, name in enumerate(names)
    )
    supported = [each.f1 for each in measures if each.support]
    pairs = {
        (t, s): int(((placed == t) & (best == s)).sum()) for t in set(placed) for s in set(best)
    }
    return FacetReport(
        facet=facet.name,
        papers=len(rows),
        top1=float(right.mean()),
        macro_f1=float(np.mean(supported)),
        calibration_error=expected_error(chances.max(axis=1), right),
        open_share=float(opened.mean()),
        decided_top1=float(right[~opened].mean()) if (~opened).any() else float("nan"),
        labels=measures,
        confusion=tuple(
            (names[t], names[s], count) for (t, s), count in sorted(pairs.items()) if count
        ),
        reliability=reliability(chances.max(axis=1), right),
    )


def _sections(
    test: Sequence[Example], scores: Sequence[Scores], taxonomy: Taxonomy
) -> tuple[int, float, float, tuple[LabelMeasures, ...], Trust | None]:
    rows = [
        (set(e.sections), score)
        for e, score in zip(test, scores, strict=True)
        if e.in_scope and e.sections and not technique_left_open(e, taxonomy)
    ]
    if not rows:
        return 0, float("nan"), float("nan"), (), None
    ids = [section.id for section in taxonomy.sections]
    chances = np.asarray([[dict(score.sections)[s] for s in ids] for _, score in rows])
    truth = np.asarray([[s in chosen for s in ids] for chosen, _ in rows], dtype=bool)
    best = chances.argmax(axis=1)
    measures = tuple(
        label_measures(s, chances[:, n], truth[:, n], best == n) for n, s in enumerate(ids)
    )
    ranked = [[s for s, _ in score.sections] for _, score in rows]
    first = np.asarray([r[0] in chosen for r, (chosen, _) in zip(ranked, rows, strict=True)])
    top3 = np.mean([bool(chosen & set(r[:3])) for r, (chosen, _) in zip(ranked, rows, strict=True)])
    trust = trusted(chances.max(axis=1), first)
    return len(rows), float(first.mean()), float(top3), measures, trust


def _hardest(
    test: Sequence[Example], scores: Sequence[Scores], taxonomy: Taxonomy
) -> tuple[HardPaper, ...]:
    found = []
    for example, score in zip(test, scores, strict=True):
        paper = example.document
        predicted = score.in_scope >= 0.5
        if predicted != example.in_scope:
            probability = score.in_scope if predicted else 1.0 - score.in_scope
            names = ("out of scope", "in scope")
            found.append(
                HardPaper(
                    paper.key,
                    paper.title,
                    "scope",
                    names[predicted],
                    probability,
                    (names[example.in_scope],),
                )
            )
        for facet in taxonomy.facets if example.in_scope else ():
            labels = labels_of(example, facet.name, taxonomy)
            best, p = max(
                ((label, p) for name, label, p in score.facets if name == facet.name),
                key=lambda pair: pair[1],
            )
            if labels and best not in labels:
                truth = tuple(sorted(labels))
                found.append(HardPaper(paper.key, paper.title, facet.name, best, p, truth))
    return tuple(sorted(found, key=lambda hard: (-hard.probability, hard.key))[:HARDEST])
