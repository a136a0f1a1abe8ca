"""Reproduces the table "calibration" of docs/study/classifier.md.

`python -m benchmarks.classifier_calibration`: errors of the promise, and what a stated precision
keeps, where the papers that calibrate are later ones and where they are drawn by hash. On two
splits by time. Needs ../shared/data; 20 minutes of one core.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from benchmarks.classifier_data import CUT, END, Development, load
from benchmarks.classifier_study import COUNTS, WHEN, Figures, head, mean
from classifiers.linear.training import train
from classifiers.measure.evaluation import evaluate
from classifiers.measure.reports import Evaluation
from classifiers.types import Document, Example

DRAWS = (0, 1, 2)
FACETS = ("modality", "task", "technique")
SPLITS = ((CUT, END), ("2025-07", CUT))


def rows(data: Development) -> Iterator[tuple[int, str, Figures]]:
    """Yield the figures of both ways to hold out, by number of decisions."""
    for count in COUNTS:
        draws = DRAWS[:1] if count == COUNTS[-1] else DRAWS  # the last is all there are
        for name, known in (("by hash", False), ("later", True)):
            found = [figures(_tested(data, count, draw, known=known)) for draw in draws]
            yield count, name, mean(found)


def figures(found: Evaluation) -> Figures:
    """Return errors of the promise, and by facet what is left open and how right the rest is."""
    facets = {report.facet: report for report in found.facets}
    errors = {name: facets[name].calibration_error for name in FACETS}
    opened = {f"{name} open": facets[name].open_share for name in FACETS}
    kept = {f"{name} kept": facets[name].decided_top1 for name in FACETS}
    return {"scope": found.scope.calibration_error, **errors, **opened, **kept}


def _tested(data: Development, count: int, draw: int, *, known: bool) -> Evaluation:
    """Return the evaluation of one training; without the dates, parts are drawn by hash."""
    examples, background = data.decisions(count, draw), data.background(draw)
    if not known:
        examples = [replace(each, document=_undated(each.document)) for each in examples]
        background = [_undated(each) for each in background]
    model = train(examples, background, data.taxonomy, trained_at=WHEN)
    test: Sequence[Example] = [*data.test, *data.test_rejected]
    return evaluate(model, test, data.taxonomy, trained_on=data.before)


def _undated(document: Document) -> Document:
    return replace(document, known_at=None)


def main() -> None:
    """Print one table for each split."""
    for cut, until in SPLITS:
        for number, (count, name, found) in enumerate(rows(load(cut, until))):
            if not number:
                head("tested from", "decisions", "held out", *found)
            cells = " | ".join(f"{value:.3f}" for value in found.values())
            print(f"| {cut} | {count} | {name} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
