"""Fit the scope from decisions, old approvals and the unlabelled stream.

An unlabelled paper is neither approved nor rejected: it counts as both, in the proportion of its
probability (Elkan and Noto, KDD 2008). The probability comes from the decisions, corrected to the
stream's own share of papers in scope, which is estimated (`share.py`); without enough decisions it
comes from the taxonomy's words and an assumed share. An old approval counts as much as newer
decisions confirm it, and less with every newer approval (a power prior, Ibrahim and Chen,
Statistical Science 15, 2000), because the field moves on.

Once there are enough decisions, the score is the mean of this regression and of one that takes
every unlabelled paper for a rejection. The second learns which topics are approved, the first does
not forget the others; their errors differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
from scipy import sparse

from classifiers.linear.header import FEW
from classifiers.linear.recipe import Recipe
from classifiers.linear.regression import Fit, fit_margin, fit_platt
from classifiers.linear.share import SHARE, at_its_share, at_share, by_words, draws_among
from classifiers.scoring import sigmoid
from classifiers.types import Document

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

#: approvals are old if this much older than the newest paper
OLD = timedelta(days=365)
#: newer approvals that halve the weight of the old ones
OLD_COUNT = 20.0
#: decisions against which an old approval counts as confirmed
CONFIRMED = 50.0
FOLDS = 3
#: of the weight, below which half a mixed paper is left out
_LEAST = 0.01


@dataclass(frozen=True, slots=True)
class ScopeRows:
    """Examples and stream of one fit."""

    matrix: sparse.csr_matrix
    wanted: Bools
    #: examples that are old approvals
    old: Bools
    stream: sparse.csr_matrix
    #: (terms,): weights of the taxonomy's words, added to every fit
    words: Floats
    #: papers that waited when each example was drawn at random; 0: it was chosen
    drawn_from: Ints


def old_approvals(
    documents: Sequence[Document], in_scope: Bools, others: Sequence[Document] = ()
) -> Bools:
    """Return which documents were approved and are a year older than the newest of all."""
    dated = [each.known_at for each in (*documents, *others) if each.known_at]
    if not dated:
        return np.zeros(len(documents), dtype=bool)
    limit = max(dated) - OLD
    early = [each.known_at is not None and each.known_at < limit for each in documents]
    return np.asarray(early, dtype=bool) & in_scope


def fit_scope(rows: ScopeRows, recipe: Recipe) -> Fit | None:
    """Return the regression of the scope, or None without papers of both kinds."""
    newer, draws = ~rows.old, draws_among(rows.wanted, rows.drawn_from)
    enough = min(int(rows.wanted[newer].sum()), int((~rows.wanted).sum())) >= FEW
    counts = np.ones(len(rows.wanted))
    if enough:
        approvals, decided = int(rows.wanted[newer].sum()), int(newer.sum())
        counts[rows.old] = OLD_COUNT / (OLD_COUNT + approvals)
        of_old, of_stream = _held_log_odds(rows, counts, recipe)
        counts[rows.old] *= (CONFIRMED + decided * sigmoid(of_old)) / (CONFIRMED + decided)
        chances, estimate = at_its_share(of_stream, float(rows.wanted[newer].mean()))
        if len(draws.wanted):
            chances = at_share(of_stream, draws.share(estimate))
        mixed = _fit(rows, counts, (chances, recipe.stream_weight), recipe)
        rejecting = (np.zeros(len(chances)), recipe.stream_rejected)
        return _mean(mixed, _fit(rows, counts, rejecting, recipe))
    weight, share = recipe.stream_weight_first, draws.share(SHARE)
    chances = by_words(np.asarray(rows.stream @ rows.words), share)
    first = _fit(rows, counts, (chances, weight), recipe)
    if first is None:
        return None
    chances = by_words(_margins(rows.stream, first, rows.words), share)
    return _fit(rows, counts, (chances, weight), recipe)


def _held_log_odds(rows: ScopeRows, counts: Floats, recipe: Recipe) -> tuple[Floats, Floats]:
    """Return log-odds of the old approvals and of the stream by the decisions.

    Calibrated on newer decisions that are held out, all of them or a part if they are many.
    """
    newer = np.flatnonzero(~rows.old)
    held, known = [], []
    for fold in range(1 if len(newer) > recipe.fold_limit else FOLDS):
        apart = newer[fold::FOLDS]
        taken = counts.copy()
        taken[apart] = 0.0
        fit = _fit(rows, taken, None, recipe)
        if fit is not None:
            held.append(_margins(rows.matrix[apart], fit, rows.words))
            known.append(rows.wanted[apart])
    wanted = np.concatenate(known)
    slope, intercept = fit_platt(np.concatenate(held), wanted, np.ones(len(wanted)))
    fit = _fit(rows, counts, None, recipe)
    assert fit is not None  # both kinds are enough
    return (
        slope * _margins(rows.matrix[rows.old], fit, rows.words) + intercept,
        slope * _margins(rows.stream, fit, rows.words) + intercept,
    )


def _fit(
    rows: ScopeRows, counts: Floats, mixture: tuple[Floats, float] | None, recipe: Recipe
) -> Fit | None:
    """Return the regression on the examples that count, and on the stream as a mixture if given."""
    taken = counts > 0
    matrix, wanted, counts = rows.matrix[taken], rows.wanted[taken], counts[taken]
    if mixture is not None:
        chances, weight = mixture
        inside, outside = np.flatnonzero(chances > _LEAST), np.flatnonzero(chances < 1.0 - _LEAST)
        matrix = sparse.vstack([matrix, rows.stream[inside], rows.stream[outside]], format="csr")
        wanted = np.concatenate(
            (wanted, np.ones(len(inside), dtype=bool), np.zeros(len(outside), dtype=bool))
        )
        counts = np.concatenate(
            (counts, weight * chances[inside], weight * (1.0 - chances[outside]))
        )
    if wanted.all() or not wanted.any():
        return None
    return fit_margin(matrix, wanted, counts, strength=recipe.scope_strength, balance=1.0)


def _mean(one: Fit | None, other: Fit | None) -> Fit | None:
    if one is None or other is None:
        return one
    return Fit((one.weights + other.weights) / 2.0, (one.intercept + other.intercept) / 2.0)


def _margins(matrix: sparse.csr_matrix, fit: Fit, words: Floats) -> Floats:
    return np.asarray(matrix @ (fit.weights + words)) + fit.intercept
