"""Reproduces the tables of docs/study/classifier.md.

Usage: `python -m benchmarks.classifier_study [TABLE...]`.
Tables: little, curve, reliability, recipe, thresholds, replay. Without names, all of them (half an
hour of one core). Needs ../shared/data.
"""

import argparse
import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from benchmarks.classifier_data import Development, load
from classifiers.cues import CueClassifier
from classifiers.linear.recipe import Recipe
from classifiers.linear.training import train
from classifiers.measure.baselines import AsreviewRule, NaiveBayes, plain
from classifiers.measure.evaluation import evaluate, labels_of
from classifiers.measure.metrics import ReliabilityBin, area_under_curve, work_saved
from classifiers.measure.orders import ORDERS
from classifiers.measure.reports import FacetReport
from classifiers.measure.simulation import Asreview, OurRule, Rule, simulate
from classifiers.text import document_text
from classifiers.types import Classifier, Document, Example, Scores

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
#: random decisions after the list; the last is all there are
COUNTS = (0, 100, 300, 1000, 3000)
SEEDS = (0, 1)
COLUMNS = (
    "modality", "task", "task F1", "pair in top 3", "WSS@95", "AUC",
    "ECE scope", "ECE modality", "ECE task",
)  # fmt: skip

#: approvals from the list, and unlabelled papers
LITTLE = (
    (0, 0), (5, 0), (5, 3000), (20, 20), (20, 40), (20, 300), (20, 3000), (400, 0), (400, 3000),
)  # fmt: skip
#: papers of either kind that are scored with little to learn from
LITTLE_TEST = 250

Figures = dict[str, float]


class Remembered:
    """A classifier that has scored every later paper once, and looks the scores up."""

    def __init__(self, classifier: Classifier, data: Development) -> None:
        self.model_id = classifier.model_id
        later = {e.document.key: e.document for pool in data.pools.values() for e in pool}
        self._scores = {score.key: score for score in classifier.predict(list(later.values()))}

    def predict(self, documents: Sequence[Document]) -> list[Scores]:
        """Return the remembered scores."""
        return [self._scores[document.key] for document in documents]


def measure(classifier: Classifier, data: Development) -> Figures:
    """Return the figures of the issue for one classifier on the papers after the cut."""
    classifier = Remembered(classifier, data)
    test = [*data.test, *data.test_rejected]
    found = evaluate(classifier, test, data.taxonomy, trained_on=data.before)
    facets = {facet.facet: facet for facet in found.facets}
    return {
        "modality": facets["modality"].top1,
        "task": facets["task"].top1,
        "task F1": facets["task"].macro_f1,
        "pair in top 3": _pair_in_top(classifier, data, 3),
        "WSS@95": _pool_work_saved(classifier, data),
        "AUC": found.scope.area_under_curve,
        "ECE scope": found.scope.calibration_error,
        "ECE modality": facets["modality"].calibration_error,
        "ECE task": facets["task"].calibration_error,
    }


def curve(data: Development) -> None:
    """Print every classifier at every number of decisions."""
    head("classifier", "decisions", *COLUMNS)
    row("cue words", 0, measure(CueClassifier(data.taxonomy), data))
    makers: dict[str, Callable[[list[Example], int], Classifier]] = {
        "living-survey": lambda known, seed: train(
            known, data.background(seed), data.taxonomy, trained_at=WHEN
        ),
        "plain": lambda known, _: plain(known, data.taxonomy, trained_at=WHEN),
        "multinomial NB": lambda known, _: NaiveBayes(known, data.taxonomy, "multinomial"),
        "complement NB": lambda known, _: NaiveBayes(known, data.taxonomy, "complement"),
    }
    for name, make in makers.items():
        for count in COUNTS:
            runs = [measure(make(data.decisions(count, s), s), data) for s in seeds(count)]
            row(name, count, mean(runs))
    for count in COUNTS:
        runs = [asreview(data.decisions(count, s), data, s) for s in seeds(count)]
        row("ASReview's rule", count, mean(runs))


def reliability(data: Development) -> None:
    """Print promised against came, by facet, from the list alone and after 1,000 decisions."""
    head("decisions", "question", "probability", "papers", "promised", "came")
    for count in (0, 1000):
        model = train(data.decisions(count, 0), data.background(0), data.taxonomy, trained_at=WHEN)
        found = evaluate(
            model, [*data.test, *data.test_rejected], data.taxonomy, trained_on=data.before
        )
        reports: list[tuple[str, tuple[ReliabilityBin, ...]]] = [
            ("in scope", found.scope.reliability)
        ]
        reports += [(facet.facet, facet.reliability) for facet in found.facets]
        for question, bins in reports:
            for each in bins:
                span = f"{each.low:.1f}-{each.high:.1f}"
                _print(count, question, span, each.count, each.promised, each.came)


def recipe(data: Development) -> None:
    """Print what each choice of the recipe is worth, from the list and after 1,000 decisions."""
    head("recipe", "decisions", *COLUMNS)
    standard = Recipe()
    variants = {
        "as shipped": standard,
        "no cues, no stream": replace(standard, weak=False),
        "no pull of the taxonomy's words": replace(
            standard,
            scope_pull=0.0,
            task_pull=0.0,
            label_pull=0.0,
            section_pull=0.0,
            words_pull=0.0,
            task_pull_first=0.0,
            modality_pull_first=0.0,
        ),
        "no harder pull at first": replace(standard, task_pull_first=0.0, modality_pull_first=0.0),
        "no weak labels": replace(standard, weak_task=0, weak_modality=0),
        "weak labels for every modality": replace(standard, weak_modality=1000),
        "twice the weak weight": replace(standard, weak_weight=0.6),
        "50,000 terms": replace(standard, max_terms=50_000),
        "200,000 terms": replace(standard, max_terms=200_000),
        "labels C = 3": replace(standard, label_strength=3.0),
        "labels C = 30": replace(standard, label_strength=30.0),
        "scope C = 1": replace(standard, scope_strength=1.0),
    }
    for name, variant in variants.items():
        for count in (0, 1000):
            runs = [
                measure(
                    train(
                        data.decisions(count, s),
                        data.background(s),
                        data.taxonomy,
                        trained_at=WHEN,
                        recipe=variant,
                    ),
                    data,
                )
                for s in SEEDS
            ]
            row(name, count, mean(runs))


def thresholds(data: Development) -> None:
    """Print what stays open, and how right the rest is, for a stated precision."""
    head("precision asked", "decisions", "facet", "left open", "right among the rest", "top-1")
    for precision in (0.85, 0.9, 0.95):
        for count in (0, 1000):
            model = train(
                data.decisions(count, 0),
                data.background(0),
                data.taxonomy,
                trained_at=WHEN,
                recipe=Recipe(precision=precision),
            )
            found = evaluate(model, data.test, data.taxonomy, trained_on=data.before)
            for facet in found.facets:
                _facet_row(precision, count, facet)


def replay(data: Development) -> None:
    """Print the replay of the last month, order by order, beside ASReview's rule."""
    pool = data.pools[max(data.pools)]
    head("rule", "order", "papers", "relevant", "WSS@95", "found after 10 %", "seconds a step")
    rules: list[Rule] = [OurRule(pool, data.listed, data.taxonomy), Asreview(pool, data.listed)]
    for rule in rules:
        for reading in ORDERS:
            found = simulate(rule, pool, reading, batch=100)
            _print(
                found.rule, found.order, found.papers, found.relevant, found.work_saved_at_95,
                found.recall_at_tenth, found.seconds_per_step,
            )  # fmt: skip


def little(data: Development) -> None:
    """Print what the scope is worth after a handful of approvals and with little of the stream."""
    papers = [*data.test[:LITTLE_TEST], *data.test_rejected[:LITTLE_TEST]]
    truth = np.asarray([example.in_scope for example in papers], dtype=bool)
    head("trained on", "AUC", f"of {int((~truth).sum())} negatives above 0.5", "Brier score")

    def show(name: str, classifier: Classifier) -> None:
        scores = classifier.predict([example.document for example in papers])
        chances = np.asarray([score.in_scope for score in scores])
        above = int(((chances > 0.5) & ~truth).sum())
        _print(
            name, area_under_curve(chances, truth), above, float(((chances - truth) ** 2).mean())
        )

    show("cue words alone", CueClassifier(data.taxonomy))
    for approvals, unlabelled in LITTLE:
        known = random.Random(0).sample(data.listed, approvals)
        stream = data.background(0, unlabelled)
        name = f"{approvals} approvals, background {unlabelled:,}"
        show(name, train(known, stream, data.taxonomy, trained_at=WHEN))


TABLES = {
    "little": little,
    "curve": curve,
    "reliability": reliability,
    "recipe": recipe,
    "thresholds": thresholds,
    "replay": replay,
}


def _pair_in_top(classifier: Classifier, data: Development, places: int) -> float:
    """Return how often one of the first sections has a true modality and a true task.

    A section without modality is right where the other list states none.
    """
    scores = classifier.predict([example.document for example in data.test])
    right = []
    for example, score in zip(data.test, scores, strict=True):
        tasks = labels_of(example, "task", data.taxonomy)
        modalities = labels_of(example, "modality", data.taxonomy)
        first = [data.taxonomy.section(section) for section, _ in score.sections[:places]]
        right.append(
            any(
                s.task in tasks and (s.modality in modalities or not (s.modality or modalities))
                for s in first
            )
        )
    return float(np.mean(right))


def _pool_work_saved(classifier: Classifier, data: Development) -> float:
    saved = []
    for pool in data.pools.values():
        scores = classifier.predict([example.document for example in pool])
        chances = np.asarray([score.in_scope for score in scores])
        saved.append(work_saved(chances, np.asarray([e.in_scope for e in pool], dtype=bool)))
    return statistics.fmean(saved)


def asreview(known: Sequence[Example], data: Development, seed: int) -> Figures:
    """Return the ranking figures of ASReview's rule; from the list alone it has no negatives.

    It then takes as many unlabelled papers for irrelevant as the list has papers.
    """
    if all(example.in_scope for example in known):
        unlabelled = data.background(seed, len(known))
        known = [*known, *(Example(d, in_scope=False) for d in unlabelled)]
    pools = [example for pool in data.pools.values() for example in pool]
    later = [*data.test, *data.test_rejected]
    texts = [document_text(example.document) for example in (*known, *pools, *later)]
    rule = AsreviewRule(texts)
    verdicts = np.asarray([example.in_scope for example in known], dtype=bool)
    margins = rule.margins(np.arange(len(known)), verdicts)[len(known) :]
    saved, start = [], 0
    for pool in data.pools.values():
        truth = np.asarray([example.in_scope for example in pool], dtype=bool)
        saved.append(work_saved(margins[start : start + len(pool)], truth))
        start += len(pool)
    truth = np.asarray([example.in_scope for example in later], dtype=bool)
    return {"WSS@95": statistics.fmean(saved), "AUC": area_under_curve(margins[start:], truth)}


def seeds(count: int) -> tuple[int, ...]:
    """Return which draws are averaged; all decisions can be drawn in one way only."""
    return SEEDS[:1] if count >= COUNTS[-1] else SEEDS


def mean(runs: Sequence[Figures]) -> Figures:
    """Return each figure's mean."""
    return {name: statistics.fmean(run[name] for run in runs) for name in runs[0]}


def _facet_row(precision: float, count: int, facet: FacetReport) -> None:
    _print(precision, count, facet.facet, facet.open_share, facet.decided_top1, facet.top1)


def head(*names: str) -> None:
    """Print the head of a Markdown table."""
    print("|", " | ".join(names), "|")
    print("|", " | ".join("---" for _ in names), "|", flush=True)


def row(name: str, count: int, figures: Figures, columns: Sequence[str] = COLUMNS) -> None:
    """Print one classifier's line of a Markdown table, a dash where it says nothing."""
    _print(name, count, *(figures.get(column, float("nan")) for column in columns))


def _print(*cells: object) -> None:
    shown = [
        ("-" if np.isnan(cell) else f"{cell:.3f}") if isinstance(cell, float) else str(cell)
        for cell in cells
    ]
    print("|", " | ".join(shown), "|", flush=True)


def main() -> None:
    """Print the tables asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("tables", nargs="*", choices=[*TABLES, []], metavar="TABLE")
    names = parser.parse_args().tables or list(TABLES)
    data = load()
    for name in names:
        print(f"\n## {name}\n")
        TABLES[name](data)


if __name__ == "__main__":
    main()
