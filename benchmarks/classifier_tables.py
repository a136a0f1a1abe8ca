"""Tables of benchmarks/classifier_protocol.py."""

import statistics
from collections.abc import Sequence

import numpy as np

from benchmarks.classifier_cuts import CUES_CHOSEN_BEFORE
from benchmarks.classifier_study import Figures, head

OURS, TODAY, PLAIN, ASREVIEW = "living-survey", "with today's cue words", "plain", "ASReview's rule"
BASELINES = (PLAIN, ASREVIEW)
COUNTS = (0, 300, 1_000, 3_000)
SURE = 0.99
#: by which rankings are compared
MEASURES = ("months", "read", "read 90", "AUC read")

#: classifier, decisions and cut
Point = tuple[str, int, str]


def by_cut(found: dict[Point, Figures], measure: str, chosen: Sequence[str]) -> None:
    """Print a measure by cut; a star marks what was chosen on months it is tested on."""
    margin = f"over the better baseline: worst cut (of {len(chosen)})"
    head("classifier", "decisions", *chosen, "mean", "spread", margin)
    for name in (OURS, TODAY, *BASELINES):
        for count in COUNTS:
            values = [found[name, count, before][measure] for before in chosen]
            stars = ["*" if name == TODAY and b < CUES_CHOSEN_BEFORE else "" for b in chosen]
            cells = [f"{value:.3f}{star}" for value, star in zip(values, stars, strict=True)]
            margins = [
                value - max(found[rival, count, before][measure] for rival in BASELINES)
                for value, before in zip(values, chosen, strict=True)
            ]
            worst = int(np.argmin(margins))
            shown = "" if name in BASELINES else f"{margins[worst]:+.3f} ({chosen[worst]})"
            line(name, count, *cells, statistics.fmean(values), max(values) - min(values), shown)


def of_stream(found: dict[Point, Figures], chosen: Sequence[str]) -> None:
    """Print calibration and sections on the papers read by hand: mean and worst of the cuts."""
    names = ("ECE", "ECE by chance", "sure", "right", "first", "first three")
    head(
        "classifier", "decisions", "ECE", "ECE, worst", "by chance up to", f"above {SURE:.0%}",
        "of these right", "right, worst", "first section right", "among the first three",
    )  # fmt: skip
    for name in (OURS, PLAIN):
        for count in COUNTS:
            rows = [found[name, count, before] for before in chosen]
            ece, chance, sure, right, first, three = ([row[key] for row in rows] for key in names)
            known = [value for value in right if not np.isnan(value)] or [float("nan")]
            line(
                name, count, statistics.fmean(ece), max(ece), statistics.fmean(chance),
                f"{statistics.fmean(sure):.0f}", statistics.fmean(known), min(known),
                statistics.fmean(first), statistics.fmean(three),
            )  # fmt: skip


def of_draws(found: dict[Point, list[Figures]], measure: str, chosen: Sequence[str]) -> None:
    """Print mean, lowest and highest of the draws by cut, and the margin over the baselines.

    A draw is compared with the better baseline of the same draw.
    """
    head("classifier", "decisions", *chosen, "mean", "over the better baseline: worst cut")
    for name, count in dict.fromkeys((name, count) for name, count, _ in found):
        runs = {before: found[name, count, before] for before in chosen}
        if measure not in runs[chosen[0]][0]:
            continue
        values = {before: [run[measure] for run in each] for before, each in runs.items()}
        cells = [f"{statistics.fmean(v):.3f} ({min(v):.3f}-{max(v):.3f})" for v in values.values()]
        margins = {before: _margin(found, (name, count, before), measure) for before in chosen}
        worst = min(margins, key=margins.__getitem__)
        compared = measure in MEASURES and name not in BASELINES
        shown = f"{margins[worst]:+.3f} ({worst})" if compared else ""
        line(
            name,
            count,
            *cells,
            statistics.fmean(v for each in values.values() for v in each),
            shown,
        )


def _margin(found: dict[Point, list[Figures]], point: Point, measure: str) -> float:
    """Return by how much a classifier exceeds the better baseline, mean of the draws."""
    _, count, before = point
    rivals = [found[rival, count, before] for rival in BASELINES]
    return statistics.fmean(
        run[measure] - max(rival.get(measure, float("nan")) for rival in others)
        for run, *others in zip(found[point], *rivals, strict=True)
    )


def line(*cells: object) -> None:
    """Print a row of a table."""
    shown = [f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in cells]
    print("|", " | ".join(shown), "|", flush=True)
