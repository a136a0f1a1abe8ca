"""Put probabilities of scope on the scale of the decisions on which two models are compared.

A model's probabilities are made for the stream, where papers in scope are rarer and rejections
harder than among decisions (`classifiers/linear/calibration.py`). Decisions alone would prefer a
model that is surer of easy rejections to one that orders all papers better.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from classifiers.linear.regression import fit_platt
from classifiers.scoring import sigmoid
from classifiers.types import Example, Scores

#: fewest papers of either verdict in each half
FEWEST = 10
_TINY = 1e-6


def on_decisions(test: Sequence[Example], scores: Sequence[Scores]) -> list[Scores]:
    """Return the scores with `in_scope` calibrated on the other half of the test papers.

    The order of papers within a half stays. With few papers of a verdict nothing changes.
    """
    wanted = np.asarray([example.in_scope for example in test], dtype=bool)
    given = np.clip([score.in_scope for score in scores], _TINY, 1.0 - _TINY)
    logits = np.log(given / (1.0 - given))
    halves = np.arange(len(wanted)) % 2
    for half in (0, 1):
        right = wanted[halves == half]
        if min(int(right.sum()), int((~right).sum())) < FEWEST:
            return list(scores)
    chances = np.empty(len(wanted))
    for half in (0, 1):
        apart = halves != half
        slope, intercept = fit_platt(logits[apart], wanted[apart], np.ones(int(apart.sum())))
        chances[halves == half] = sigmoid(slope * logits[halves == half] + intercept)
    return [
        replace(score, in_scope=chance)
        for score, chance in zip(scores, chances.tolist(), strict=True)
    ]
