"""Select weak examples from the unlabelled stream by the taxonomy's cues.

An unlisted paper is not a negative example, so at first only papers close to the cues or far from
them are used. As rejections come in, weak positives fade and the stream counts as out of scope.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

#: rejections after which the stream has no weak positives
FADED_AFTER = 200
#: of the stream, by closeness, in and out of scope at the start
POSITIVE_SHARE = 0.30
NEGATIVE_SHARE = 0.50
#: minimum quantile of closeness
LABEL_QUANTILE = 0.60


@dataclass(frozen=True, slots=True)
class WeakRows:
    """Rows of the background with weak labels."""

    rows: Rows
    #: 1 or 0 for scope, else the label's column
    labels: Rows


def fade(rejected: int) -> float:
    """Return the remaining influence of the cues on scope, from 1 to 0."""
    return max(0.0, 1.0 - rejected / FADED_AFTER)


def weak_scope(closeness: Floats, faded: float) -> WeakRows:
    """Return the weak examples of scope; at `faded` 0 every background paper is negative."""
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
    """Return up to `quota` papers per label, largest lead over other labels first.

    `to_labels` is (papers, labels), `closeness` that to the survey's words.
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
