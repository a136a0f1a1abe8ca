"""ASReview itself as a rule of the replay, beside the product's form of its rule.

The package is an extra of this benchmark and no part of the product:
`pip install --group asreview`.
"""

import importlib
import importlib.util
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from classifiers.scoring import sigmoid
from classifiers.types import Example

MISSING = "ASReview itself is left out: .venv/bin/python -m pip install --group asreview"


def is_installed() -> bool:
    """Return whether the package can be imported."""
    return importlib.util.find_spec("asreview") is not None


class AsreviewPackage:
    """The default model of the installed ASReview (ELAS u4 in version 3) on title and abstract."""

    name = "asreview-package"

    def __init__(self, pool: Sequence[Example], listed: Sequence[Example]) -> None:
        models = importlib.import_module("asreview.models.models")
        learner = importlib.import_module("asreview.learner")
        frame = importlib.import_module("pandas").DataFrame(
            [
                {"title": example.document.title, "abstract": example.document.abstract}
                for example in (*listed, *pool)
            ]
        )
        self._cycle = learner.ActiveLearningCycle.from_meta(models.get_ai_config()["value"])
        self._rows = self._cycle.transform(frame)
        self._listed = np.asarray([example.in_scope for example in listed], dtype=bool)

    def chances(
        self, read: npt.NDArray[np.int64], relevant: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.float64]:
        """Return margins mapped to 0 to 1; empty until both verdicts occurred."""
        known = np.concatenate((np.arange(len(self._listed)), len(self._listed) + read))
        verdicts = np.concatenate((self._listed, relevant)).astype(bool)
        if verdicts.all() or not verdicts.any():
            return np.empty(0)
        self._cycle.fit(self._rows[known.astype(np.int64)], verdicts.astype(int))
        pool = self._rows[len(self._listed) :]
        return sigmoid(np.asarray(self._cycle.classifier.decision_function(pool)))
