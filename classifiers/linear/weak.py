"""Weak examples out of the unlabelled stream, found by the taxonomy's cues. They fade with time.

"Not in the list" is no negative, so at first unlabelled papers teach only where the cues are
clear: very close to the survey's words, or far from them. As rejections come in, the dead zone
closes and the stream becomes what it is: mostly out of scope, at a low weight.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

#: rejections after which the stream yields no weak positives any more
FADED_AFTER = 200
#: at the start: the share of the stream, by closeness, taken for in scope, and left out of it
POSITIVE_SHARE = 0.30
NEGATIVE_SHARE = 0.50
#: a paper must be at least this far up the stream to teach a label
LABEL_QUANTILE = 0.60


@dataclass(frozen=True, slots=True)
class WeakRows:
    """Rows of the background and what the cues take them for."""

    rows: Rows
    #: 1 or 0 for scope; the column of the label within its facet for a facet
    labels: Rows


def fade(rejected: int) -> float:
    """Return how much the cues still have to say about scope: 1 at the start, 0 at the end."""
    return max(0.0, 1.0 - rejected / FADED_AFTER)


def weak_scope(closeness: Floats, faded: float) -> WeakRows:
    """Return the stream's rows taken for in scope (1) and out of it (0).

    Args:
        closeness: of each background paper to the taxonomy's words.
        faded: from `fade`; at 0 every background paper is a weak negative.
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
    """Return for each label the papers that are closer to it than to any other, clearest first.

    Args:
        closeness: of each background paper to the survey's words as a whole.
        to_labels: (papers, labels) closeness to each label's words.
        quota: by label, at most so many papers.
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
