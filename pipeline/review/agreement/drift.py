"""Find whether a reviewer has become stricter or more generous than he was.

The approval rate alone would also change with the papers that arrive. Therefore each verdict is
compared with what this reviewer would have said of such a paper at the beginning: a logistic
regression on the model's probability, fitted on his first verdicts. The later ones are watched by
a risk-adjusted CUSUM: S. H. Steiner, R. J. Cook, V. T. Farewell, T. Treasure, Monitoring surgical
performance using risk-adjusted cumulative sum charts, Biostatistics 1 (2000), 441-452. It sums the
logarithms of the likelihood ratio between odds that doubled (or halved) and unchanged odds, never
below 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
import numpy.typing as npt

from pipeline.review.agreement.readings import Graded

#: first verdicts, which later ones are compared with
BASELINE = 200
#: fewer later verdicts than this say nothing
FEWEST = 100
#: later verdicts for which one false alarm rate holds
HORIZON = 1_000
#: of HORIZON verdicts without a drift
FALSE_ALARMS = 0.05
#: the change of the odds of an approval that is watched for
_ODDS = 2.0
_DRAWS = 1_000
_SEED = 20_260_303
#: the prior of the regression: standard deviations of offset (around 0) and slope (around 1)
_SPREAD = (2.0, 0.5)
_EDGE = 1e-3

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Month:
    """The verdicts of one month after the baseline."""

    #: such as 2026-03
    month: str
    verdicts: int
    approved: int
    #: approvals of such papers at the rate of the baseline
    expected: float
    #: 95 % interval of approvals without a drift
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Drift:
    """What became of a reviewer's standard."""

    #: verdicts after the baseline
    verdicts: int
    months: tuple[Month, ...]
    #: the highest sum, and the limit that it passes by chance in FALSE_ALARMS of all cases
    highest: float
    limit: float
    #: None: no drift was found
    direction: Literal["more generous", "stricter"] | None = None
    #: number of verdicts after the baseline until it was found
    found_after: int | None = None
    found_at: datetime | None = None
    #: the first verdict of the change, as estimated: the last time the sum left 0
    since: datetime | None = None
    #: approvals since then, and those expected
    approved_since: int = 0
    expected_since: float = 0.0


def drift_of(graded: Sequence[Graded]) -> Drift | None:
    """Return whether a reviewer's later verdicts differ from his first ones, papers equal.

    None with fewer than BASELINE + FEWEST verdicts. The limit is chosen by simulating 1,000
    reviewers with the same papers and without a drift, whose baseline is fitted again each time, so
    that the false alarm rate includes that the baseline is known from 200 verdicts only.
    """
    ordered = sorted(graded, key=lambda one: one.at)
    if len(ordered) < BASELINE + FEWEST:
        return None
    approved = np.array([one.approved for one in ordered], dtype=np.float64)
    logits = _logit(np.array([one.probability for one in ordered]))
    offset, slope = _fit(logits[:BASELINE], approved[None, :BASELINE])
    usual = _expit(offset[0] + slope[0] * logits)
    later, expected = approved[BASELINE:], usual[BASELINE:]
    sums = np.stack([_sums(later[None], expected[None], odds)[0] for odds in (_ODDS, 1 / _ODDS)])
    limit = _limit(logits, usual, len(later))
    months = _months(ordered[BASELINE:], expected)
    found = Drift(len(later), months, float(sums.max()), limit)
    if not (sums > limit).any():
        return found
    after = int(np.argmax((sums > limit).any(axis=0)))
    side = int(np.argmax(sums[:, after]))
    zeros = np.flatnonzero(sums[side, : after + 1] == 0)
    start = int(zeros[-1]) + 1 if len(zeros) else 0
    return Drift(
        len(later),
        months,
        float(sums.max()),
        limit,
        direction="stricter" if side else "more generous",
        found_after=after + 1,
        found_at=ordered[BASELINE + after].at,
        since=ordered[BASELINE + start].at,
        approved_since=int(later[start:].sum()),
        expected_since=float(expected[start:].sum()),
    )


def _limit(logits: Floats, usual: Floats, later: int) -> float:
    """Return the sum that FALSE_ALARMS of all reviewers without a drift pass within the horizon."""
    generator = np.random.default_rng(_SEED)
    horizon = -(-later // HORIZON) * HORIZON
    base = generator.random((_DRAWS, BASELINE)) < usual[:BASELINE]
    offset, slope = _fit(logits[:BASELINE], base.astype(np.float64))
    papers = generator.integers(len(logits), size=horizon)
    said = (generator.random((_DRAWS, horizon)) < usual[papers]).astype(np.float64)
    expected = _expit(offset[:, None] + slope[:, None] * logits[papers])
    highest = np.maximum(*(_sums(said, expected, odds).max(axis=1) for odds in (_ODDS, 1 / _ODDS)))
    return float(np.quantile(highest, 1 - FALSE_ALARMS))


def _sums(said: Floats, expected: Floats, odds: float) -> Floats:
    """Return the CUSUM after each verdict; one row a reviewer."""
    steps = said * np.log(odds) - np.log1p(expected * (odds - 1))
    sums: Floats = np.empty_like(steps)
    total = np.zeros(len(steps))
    for place in range(steps.shape[1]):
        total = np.maximum(total + steps[:, place], 0.0)
        sums[:, place] = total
    return sums


def _fit(logits: Floats, said: Floats) -> tuple[Floats, Floats]:
    """Return offset and slope for each row of verdicts, by Newton's method with a weak prior."""
    offset, slope = np.zeros(len(said)), np.ones(len(said))
    prior = 1 / np.square(_SPREAD)
    for _ in range(25):
        usual = _expit(offset[:, None] + slope[:, None] * logits)
        rest, weight = said - usual, usual * (1 - usual)
        down = rest.sum(axis=1) - prior[0] * offset, rest @ logits - prior[1] * (slope - 1)
        a = weight.sum(axis=1) + prior[0]
        b, c = weight @ logits, weight @ np.square(logits) + prior[1]
        determinant = a * c - b * b
        step = (c * down[0] - b * down[1]) / determinant, (a * down[1] - b * down[0]) / determinant
        offset, slope = offset + np.clip(step[0], -2, 2), slope + np.clip(step[1], -2, 2)
    return offset, slope


def _months(verdicts: Sequence[Graded], expected: Floats) -> tuple[Month, ...]:
    names = [one.at.strftime("%Y-%m") for one in verdicts]
    found = []
    for name in dict.fromkeys(names):
        here = np.array([month == name for month in names])
        mean = float(expected[here].sum())
        half = 1.96 * float(np.sqrt((expected[here] * (1 - expected[here])).sum()))
        approved = sum(one.approved for one, inside in zip(verdicts, here, strict=True) if inside)
        count = int(here.sum())
        bounds = max(mean - half, 0.0), min(mean + half, float(count))
        found.append(Month(name, count, approved, mean, *bounds))
    return tuple(found)


def _logit(probabilities: Floats) -> Floats:
    inside = np.clip(probabilities, _EDGE, 1 - _EDGE)
    return np.asarray(np.log(inside / (1 - inside)), dtype=np.float64)


def _expit(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-values)), dtype=np.float64)
