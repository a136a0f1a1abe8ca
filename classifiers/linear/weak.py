"""Select weak examples of labels from the unlabelled stream by the taxonomy's cues."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

#: rejections after which labels and calibration no longer depend on the cues
FADED_AFTER = 200
#: of the stream, by closeness, out of scope at the start
NEGATIVE_SHARE = 0.50
#: minimum quantile of closeness
LABEL_QUANTILE = 0.60


@dataclass(frozen=True, slots=True)
class WeakRows:
    """Rows of the background with weak labels."""

    rows: Rows
    #: the label's column
    labels: Rows


def fade(rejected: int) -> float:
    """Return the remaining influence of the cues, from 1 to 0."""
    return max(0.0, 1.0 - rejected / FADED_AFTER)


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
