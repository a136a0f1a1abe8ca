"""Select weak examples from the unlabelled stream by the taxonomy's cues.

A paper that is not in the list is not a negative example, so at first only papers very close to the
cues or far from them are used. As rejections come in, the weak positives fade and the stream counts
as out of scope, at a low weight.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

#: rejections after which the stream has no weak positives
FADED_AFTER = 200
#: shares of the stream, by closeness, that count as in scope and out of scope at the start
POSITIVE_SHARE = 0.30
NEGATIVE_SHARE = 0.50
#: minimum quantile of closeness of a weak example for a label
LABEL_QUANTILE = 0.60


@dataclass(frozen=True, slots=True)
class WeakRows:
    """Rows of the background with weak labels."""

    rows: Rows
    #: 1 or 0 for scope; the column of the label within its facet for a facet
    labels: Rows


def fade(rejected: int) -> float:
    """Return the remaining influence of the cues on scope: 1 at the start, 0 at the end."""
    return max(0.0, 1.0 - rejected / FADED_AFTER)


def weak_scope(closeness: Floats, faded: float) -> WeakRows:
    """Return the weak examples of scope: 1 in scope, 0 out of scope.

    `faded` is the result of `fade`; at 0 every background paper is a weak negative.
    """
    if not len(closeness):
        return WeakRows(np.empty(0, np.int64), np.empty(0, np.int64))
    high = np.quantile(closeness, 1.0 - POSITIVE_SHARE * faded)
    low = np.quantile(closeness, 1.0 - (1.0 - NEGATIVE_SHARE) * faded)
    positive = np.flatnonzero((closeness > high) & (closeness > 0)) if faded else np.empty(0)
    negative = np.flatnonzero(closeness <= low)
    return WeakRows(
        np.concatenate((positive, negative)).astype(np.int64),
        np.concatenate((np.ones(len(positive)), np.zeros(len(negative)))).astype(np.int64),
    )


def weak_labels(closeness: Floats, to_labels: Floats, quota: Sequence[int]) -> WeakRows:
    """Return for each label the papers closest to it, largest lead over other labels first.

    Args:
        closeness: of each paper to the survey's words.
        to_labels: (papers, labels) closeness to each label's words.
        quota: maximum number of papers by label.
    """
    if not len(closeness) or to_labels.shape[1] < 2:
        return WeakRows(np.empty(0, np.int64), np.empty(0, np.int64))
    candidates = closeness > np.quantile(closeness, LABEL_QUANTILE)
    ordered = np.sort(to_labels, axis=1)
    lead = ordered[:, -1] - ordered[:, -2]
    best = to_labels.argmax(axis=1)
    rows: list[int] = []
    labels: list[int] = []
    for label in range(to_labels.shape[1]):
        clear = np.flatnonzero(candidates & (best == label) & (lead > 0))
        clear = clear[np.argsort(-lead[clear], kind="stable")][: quota[label]]
        rows.extend(clear.tolist())
        labels.extend([label] * len(clear))
    return WeakRows(np.asarray(rows, dtype=np.int64), np.asarray(labels, dtype=np.int64))
