"""Fit the logistic regression of one output and calibrate its margins."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from classifiers.scoring import sigmoid, softmax

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: far above the few hundred that liblinear needs at C = 10 and 20,000 papers
_MAX_PASSES = 5_000


@dataclass(frozen=True, slots=True)
class Fit:
    """A linear function over terms."""

    weights: Floats
    intercept: float


def fit_margin(
    matrix: sparse.csr_matrix, wanted: Bools, weights: Floats, *, strength: float, balance: float
) -> Fit:
    """Return the logistic regression of `wanted`, with both values, on the rows of `matrix`.

    `strength` is scikit-learn's C. `balance` 0 keeps the total weights of the classes, 1 makes
    them equal.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  slow, for training only

    yes, no = float(weights[wanted].sum()), float(weights[~wanted].sum())
    balanced = np.where(wanted, weights * (no / yes) ** balance, weights)
    balanced *= weights.sum() / balanced.sum()
    # liblinear's dual is deterministic for a seed and faster than saga here.
    model = LogisticRegression(
        C=strength, solver="liblinear", dual=True, max_iter=_MAX_PASSES, random_state=0
    )
    model.fit(matrix, wanted, sample_weight=balanced)
    return Fit(np.asarray(model.coef_[0], dtype=np.float64), float(model.intercept_[0]))


def fit_platt(margins: Floats, wanted: Bools | Floats, weights: Floats) -> tuple[float, float]:
    """Return (slope, intercept) from margins to log-odds (Platt 1999).

    `wanted` may be probabilities. A weak prior of slope 1 keeps the slope finite.
    """
    if not len(margins):
        return 1.0, 0.0

    from scipy import optimize  # noqa: PLC0415  slow, for training only

    def loss(point: Floats) -> float:
        logits = point[0] * margins + point[1]
        fit = weights * (np.logaddexp(0.0, logits) - wanted * logits)
        return float(fit.sum() + 0.02 * (point[0] - 1.0) ** 2 + 0.02 * point[1] ** 2)

    found = optimize.minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead")
    return float(max(found.x[0], 0.05)), float(found.x[1])


def fit_temperature(margins: Floats, wanted: Bools) -> float:
    """Return the factor with which softmax(factor * margins) fits best.

    Either of two labels is right (docs/study/classifier.md, "calibration").
    """
    known = wanted.any(axis=1)
    margins, wanted = margins[known], wanted[known]
    if not len(margins):
        return 1.0

    from scipy import optimize  # noqa: PLC0415  slow, for training only

    def loss(factor: float) -> float:
        right = (softmax(factor * margins) * wanted).sum(axis=1)
        return float(-np.log(np.clip(right, 1e-12, 1.0)).sum() + 0.02 * factor**2)

    return float(optimize.minimize_scalar(loss, bounds=(0.1, 20.0), method="bounded").x)


def facet_probabilities(
    margins: Floats, slope: float, intercept: float, temperature: float, alone: float
) -> Floats:
    """Return the probabilities of a facet's labels.

    `alone` weighs each label on its own, because several can apply, against softmax, because
    usually one does (docs/study/classifier.md).
    """
    on_its_own = sigmoid(slope * margins + intercept)
    against = softmax(temperature * margins)
    return alone * on_its_own + (1.0 - alone) * against
