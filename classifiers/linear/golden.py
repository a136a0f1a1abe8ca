"""Golden papers: texts kept in a model with the probabilities it gave them when it was trained.

A file can be intact and still score otherwise, because the libraries, the processor or the
interpreter changed. Scoring these papers again at each load shows it, whatever the reason is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from classifiers.types import Document

Floats = npt.NDArray[np.float64]

#: papers a model keeps
PAPERS = 20
#: Largest difference of a probability that is no change: a hundredth of the percent people see.
#: Other orders of summing float32 numbers make differences below 0.000001.
TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True)
class Golden:
    """Papers and their probabilities at training; none in models made before there were any."""

    documents: tuple[Document, ...] = ()
    #: (papers, 1 + labels + sections): scope, then the labels and sections of the taxonomy
    probabilities: Floats = field(default_factory=lambda: np.zeros((0, 0)))


@dataclass(frozen=True, slots=True)
class Difference:
    """The paper whose probabilities differ most from those at training."""

    key: str
    #: of the probability that differs most; the second can be nan
    was: float
    here: float


def spread(documents: Sequence[Document], margins: Floats) -> tuple[Document, ...]:
    """Return up to 20 documents from the lowest to the highest margin, evenly apart in rank.

    Args:
        documents: to choose from.
        margins: (documents,), for scope; equal ones are ordered by key.
    """
    ordered = sorted(range(len(documents)), key=lambda row: (margins[row], documents[row].key))
    count = min(PAPERS, len(ordered))
    ranks = np.linspace(0, len(ordered) - 1, count).round().astype(int)
    return tuple(documents[ordered[rank]] for rank in ranks)


def difference(golden: Golden, here: Floats) -> Difference | None:
    """Return the largest difference; None if all are within the tolerance.

    Args:
        golden: what the model keeps.
        here: (papers, 1 + labels + sections), computed again.
    """
    apart = np.abs(here - golden.probabilities)
    # A probability that is no number differs most of all.
    apart[~np.isfinite(apart)] = np.inf
    if not apart.size or apart.max() <= TOLERANCE:
        return None
    row, column = np.unravel_index(apart.argmax(), apart.shape)
    was = float(golden.probabilities[row, column])
    return Difference(golden.documents[row].key, was, float(here[row, column]))
