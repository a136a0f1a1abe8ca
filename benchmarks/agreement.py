"""Measure the measures of agreement on simulated reviewers with known error rates."""

from collections.abc import Iterator

import numpy as np

from benchmarks.measure import Row, Size
from pipeline.review.agreement.drift import BASELINE, Drift, drift_of
from pipeline.review.agreement.kappa import kappa_of, kappa_values, standard_error
from pipeline.review.agreement.shares import wilson
from tests.support.readers import drifting, shares_of, tables_of

_PREVALENCE = (0.1, 0.25, 0.5)
_PAPERS = (30, 50, 100, 400)
#: (relevant papers rejected, others approved) by both reviewers
_ERRORS = ((0.1, 0.03), (0.2, 0.1), (0.3, 0.3))
_ODDS = (3.0, 2.0, 1.5, 2 / 3, 1 / 2, 1 / 3)
_SINCE = 400
_VERDICTS = 1_200


def agreement(size: Size) -> Iterator[Row]:
    """Simulated reviewers: coverage of 95 % intervals (least and most of 9 kinds), drift."""
    yield from _kappa(size.records(1_000, 40))
    yield from _self(size.records(20_000, 400))
    yield from _drift(size.records(200, 10))


def _kappa(tables: int) -> Iterator[Row]:
    for papers in _PAPERS:
        shares = []
        for prevalence in _PREVALENCE:
            for misses, wrong in _ERRORS:
                truth = shares_of(prevalence, (misses, misses), (wrong, wrong))
                shares.append(_covered(truth, papers, tables))
        ours, theirs = np.array(shares).T
        yield Row(
            f"kappa, {papers} papers: coverage",
            f"{ours.min():.1%} to {ours.max():.1%}",
            f"standard error {theirs.min():.1%} to {theirs.max():.1%}",
            "92 to 98 %",
            bool(ours.min() >= 0.92 and ours.max() <= 0.98),
        )


def _covered(truth: np.ndarray, papers: int, tables: int) -> tuple[float, float]:
    """Return how often the true kappa is in our interval, and in that by the standard error."""
    kappa = float(kappa_values(truth))
    ours = theirs = 0
    for table in tables_of(truth, papers, tables, seed=papers):
        found = kappa_of(table)
        assert found is not None
        ours += found.low <= kappa <= found.high
        value = float(kappa_values(np.array(table.counts) / papers))
        if np.isfinite(value):
            theirs += abs(value - kappa) <= 1.96 * standard_error(table)
    return ours / tables, theirs / tables


def _self(drawn: int) -> Iterator[Row]:
    generator = np.random.default_rng(5)
    for share in (0.8, 0.9, 0.95):
        counts = generator.binomial(25, share, size=drawn)
        found = [wilson(int(count), 25) for count in counts]
        inside = float(np.mean([one.low <= share <= one.high for one in found]))
        yield Row(
            f"self-agreement {share:.0%}, 25 repeats: coverage",
            f"{inside:.1%}",
            "",
            "92 to 98 %",
            0.92 <= inside <= 0.98,
        )


def _drift(reviewers: int) -> Iterator[Row]:
    constant = [_found(seed, 1.0) for seed in range(reviewers)]
    alarms = sum(one.direction is not None for one in constant) / reviewers
    yield Row(
        f"drift: false alarms in {_VERDICTS - BASELINE:,} verdicts",
        f"{alarms:.1%}",
        "",
        "at most 8 %",
        alarms <= 0.08,
    )
    for odds in _ODDS:
        found = [_found(seed, odds) for seed in range(reviewers // 2 or 1)]
        after = [
            one.found_after - (_SINCE - BASELINE) for one in found if one.found_after is not None
        ]
        true = [delay for delay in after if delay > 0]
        half, most = np.quantile(true, [0.5, 0.9]) if true else (np.nan, np.nan)
        yield Row(
            f"drift: odds times {odds:.2f}, found in {_VERDICTS - _SINCE}",
            f"{len(true) / len(found):.0%}",
            f"after {half:.0f} (half), {most:.0f} (90 %)",
            "",
            None,
        )


def _found(seed: int, odds: float) -> Drift:
    found = drift_of(drifting(seed, _VERDICTS, odds=odds, since=_SINCE))
    assert found is not None
    return found
