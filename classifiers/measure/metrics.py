"""Compute precision, recall, work saved and reliability."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, roc_auc_score

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LabelMeasures:
    """Measures of one yes-or-no label."""

    name: str
    support: int
    precision: float
    recall: float
    f1: float
    #: area under the precision-recall curve; nan without support
    average_precision: float


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Predictions of similar probability: mean probability and observed share."""

    low: float
    high: float
    count: int
    promised: float
    came: float


def label_measures(name: str, chances: Floats, truth: Bools, suggested: Bools) -> LabelMeasures:
    """Return a label's measures; 0 without suggestions."""
    hits = int((suggested & truth).sum())
    precision = hits / int(suggested.sum()) if suggested.any() else 0.0
    recall = hits / int(truth.sum()) if truth.any() else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    average = float(average_precision_score(truth, chances)) if truth.any() else float("nan")
    return LabelMeasures(name, int(truth.sum()), precision, recall, f1, average)


def reliability(chances: Floats, happened: Bools, bins: int = 10) -> tuple[ReliabilityBin, ...]:
    """Return the non-empty bins of a reliability diagram."""
    place = np.minimum((chances * bins).astype(int), bins - 1)
    return tuple(
        ReliabilityBin(
            low=each / bins,
            high=(each + 1) / bins,
            count=int((place == each).sum()),
            promised=float(chances[place == each].mean()),
            came=float(happened[place == each].mean()),
        )
        for each in np.unique(place).tolist()
    )


def work_saved(chances: Floats, relevant: Bools, recall: float = 0.95) -> float:
    """Return WSS@recall: the reading a ranking saves over random order.

    (N - read) / N - (1 - recall) (Cohen et al., JAMIA 13, 2006). Ties keep the given order.
    """
    ranked = relevant[np.argsort(-chances, kind="stable")]
    needed = int(np.ceil(recall * ranked.sum()))
    if not needed:
        return float("nan")
    read = int(np.searchsorted(np.cumsum(ranked), needed)) + 1
    return (len(ranked) - read) / len(ranked) - (1.0 - recall)


def recall_at(chances: Floats, relevant: Bools, share: float = 0.1) -> float:
    """Return the share of relevant papers in the first `share` of a ranking (RRF)."""
    ranked = relevant[np.argsort(-chances, kind="stable")]
    first = ranked[: max(1, round(share * len(ranked)))]
    return float(first.sum() / ranked.sum()) if ranked.any() else float("nan")


def area_under_curve(chances: Floats, relevant: Bools) -> float:
    """Return the area under the ROC curve; nan if all are alike."""
    if relevant.all() or not relevant.any():
        return float("nan")
    return float(roc_auc_score(relevant, chances))
