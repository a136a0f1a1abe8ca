"""Measures scope and sections on several cuts in time, with both baselines in the same run.

Usage: `python -m benchmarks.classifier_protocol [TABLE...] [--draws N] [--cuts MONTH...]`.
Tables: cuts, draws, audits, facets, topics, months, replay. Without names, all of them (an hour and
a half of one core).
Needs ../shared/data. docs/study/protocol.md has the results.
"""

import argparse
import random
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from benchmarks import asreview_package, classifier_data
from benchmarks.classifier_audits import audits
from benchmarks.classifier_cuts import (
    CUTS,
    Cut,
    cut_at,
    topic,
    topics,
    without_month,
    without_topic,
)
from benchmarks.classifier_data import load
from benchmarks.classifier_study import WHEN, Figures, head
from benchmarks.classifier_tables import (
    ASREVIEW,
    BASELINES,
    COUNTS,
    MEASURES,
    OURS,
    PLAIN,
    SURE,
    TODAY,
    Point,
    by_cut,
    line,
    of_draws,
    of_stream,
)
from classifiers.linear.calibration import expected_error
from classifiers.linear.model import Model
from classifiers.linear.training import train
from classifiers.measure.baselines import AsreviewRule, plain
from classifiers.measure.evaluation import evaluate
from classifiers.measure.metrics import area_under_curve, work_saved
from classifiers.measure.reports import FacetReport
from classifiers.measure.simulation import Asreview, OurRule, Rule, simulate
from classifiers.text import document_text
from classifiers.types import Document, Example
from config.taxonomy import Taxonomy

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: decisions of the tables that leave something out
LEFT_OUT_COUNT = 1_000
#: of which topics are left out, because each topic needs a training of its own
TOPIC_CUTS = (CUTS[0], CUTS[-1])
#: first month of the stream, for the table "months"
FIRST = "2025-03"
MONTHS = ("2025-05", "2025-07", "2025-09", "2025-11")
REPLAYED = ("2025-10", "2025-11", "2025-12")
#: draws of verdicts from the probabilities themselves
DRAWN = 1_000

#: scores documents after learning from examples and unlabelled papers
Learner = Callable[[Sequence[Example], Sequence[Document]], Callable[[Sequence[Document]], Floats]]


def chances(model: Model) -> Callable[[Sequence[Document]], Floats]:
    """Return the scorer of a model: probabilities of scope, labels and sections."""
    return model.probabilities


def learners(taxonomy: Taxonomy) -> dict[str, Learner]:
    """Return each classifier of a table by name."""
    return {
        OURS: lambda known, stream: chances(train(known, stream, taxonomy, trained_at=WHEN)),
        PLAIN: lambda known, _: chances(plain(known, taxonomy, trained_at=WHEN)),
        ASREVIEW: _asreview,
    }


def cuts(chosen: Sequence[str] = CUTS) -> None:
    """Print every classifier on every cut, then what is sure and how sections are found."""
    found: dict[Point, Figures] = {}
    for before in chosen:
        cut = cut_at(before)
        rivals = learners(cut.older)
        rivals[TODAY] = learners(cut.data.taxonomy)[OURS]
        for name, learn in rivals.items():
            for count in COUNTS:
                found[name, count, before] = measured(learn, cut, count, 0)
                print(f"{before} {name} {count}", file=sys.stderr, flush=True)
    for measure in MEASURES:
        print(f"\n### {measure}\n")
        by_cut(found, measure, chosen)
    print("\n### stream\n")
    of_stream(found, chosen)


def draws(number: int, chosen: Sequence[str] = CUTS) -> None:
    """Print several draws of the decisions and of the unlabelled papers on every cut."""
    found: dict[Point, list[Figures]] = {}
    for before in chosen:
        cut = cut_at(before)
        for name, learn in learners(cut.older).items():
            for count in COUNTS[1:]:
                found[name, count, before] = [
                    measured(learn, cut, count, seed) for seed in range(number)
                ]
                print(f"{before} {name} {count}", file=sys.stderr, flush=True)
    for measure in (*MEASURES, "ECE", "first", "first three"):
        print(f"\n### {measure}\n")
        of_draws(found, measure, chosen)


def measured(learn: Learner, cut: Cut, count: int, seed: int) -> Figures:
    """Return the figures of one training: on whole months, and on the papers read by hand."""
    score = learn(cut.data.decisions(count, seed), cut.data.background(seed))
    months = [
        work_saved(score([e.document for e in pool])[:, 0], _truth(pool))
        for pool in cut.data.pools.values()
    ]
    table, truth = score([e.document for e in cut.read]), _truth(cut.read)
    scope = table[:, 0]
    figures = {
        "months": statistics.fmean(months),
        "read": work_saved(scope, truth),
        "read 90": work_saved(scope, truth, 0.9),
        "AUC read": area_under_curve(scope, truth),
    }
    if table.shape[1] > 1:
        sure = scope > SURE
        width = len(cut.data.taxonomy.sections)
        figures |= {
            "ECE": expected_error(scope, truth),
            "ECE by chance": error_by_chance(scope),
            "sure": float(sure.sum()),
            "right": float(truth[sure].mean()) if sure.any() else float("nan"),
            "first": _sections_right(cut.read, table[:, -width:], cut.data.taxonomy, 1),
            "first three": _sections_right(cut.read, table[:, -width:], cut.data.taxonomy, 3),
        }
    return figures


def error_by_chance(scope: Floats) -> float:
    """Return the calibration error that right probabilities stay below 95 times in 100."""
    generator = np.random.default_rng(0)
    errors = [expected_error(scope, generator.random(len(scope)) < scope) for _ in range(DRAWN)]
    return float(np.quantile(errors, 0.95))


def facets(chosen: Sequence[str] = CUTS) -> None:
    """Print how labels of listed papers later than the cut are found: mean and worst cut."""
    found: dict[tuple[str, int], list[FacetReport]] = {}
    for before in chosen:
        cut = cut_at(before)
        data = cut.data
        for count in COUNTS:
            known, stream = data.decisions(count, 0), data.background(0)
            model = train(known, stream, cut.older, trained_at=WHEN)
            report = evaluate(model, data.test, cut.older, trained_on=data.before)
            for facet in report.facets:
                found.setdefault((facet.facet, count), []).append(facet)
            print(f"{before} {count}", file=sys.stderr, flush=True)
    head(
        "facet", "decisions", "right", "right, worst", "macro-F1", "macro-F1, worst",
        "calibration error", "calibration error, worst",
    )  # fmt: skip
    for (name, count), reports in sorted(found.items()):
        right, macro = [r.top1 for r in reports], [r.macro_f1 for r in reports]
        error = [r.calibration_error for r in reports]
        line(
            name, count, statistics.fmean(right), min(right), statistics.fmean(macro), min(macro),
            statistics.fmean(error), max(error),
        )  # fmt: skip


def topics_left_out() -> None:
    """Print WSS@95 of topics of which no decision was seen, in place of whole lists left out."""
    head("topic left out", "cuts", *(f"{name}, mean of cuts" for name in (OURS, *BASELINES)))
    found: dict[str, dict[str, list[float]]] = {}
    for before in TOPIC_CUTS:
        cut = cut_at(before)
        pool = [example for later in cut.data.pools.values() for example in later]
        for left_out in topics(cut.data):
            known = without_topic(cut.data.decisions(LEFT_OUT_COUNT, 0), left_out)
            tested = [e for e in pool if not e.in_scope or topic(e) == left_out]
            for name, learn in learners(cut.older).items():
                score = learn(known, cut.data.background(0))
                saved = work_saved(score([e.document for e in tested])[:, 0], _truth(tested))
                found.setdefault(left_out, {}).setdefault(name, []).append(saved)
    for left_out, of_topic in sorted(found.items()):
        line(left_out, len(of_topic[OURS]), *(statistics.fmean(each) for each in of_topic.values()))
    names = (OURS, *BASELINES)
    line("mean", "", *(statistics.fmean(v for t in found.values() for v in t[n]) for n in names))


def months_left_out() -> None:
    """Print WSS@95 of single months, learned from the decisions of all other months."""
    data = load(FIRST)
    head("month left out", OURS, *BASELINES)
    for month in MONTHS:
        rest, pool = without_month(data, month)
        row = []
        for learn in learners(data.taxonomy).values():
            score = learn(rest.decisions(LEFT_OUT_COUNT, 0), rest.background(0))
            row.append(work_saved(score([e.document for e in pool])[:, 0], _truth(pool)))
        line(f"{month}*", *row)


def replays() -> None:
    """Print WSS@95 of months read in the order of the ranking, with and without the list."""
    data = load(CUTS[-1])
    head("rule", "list", *REPLAYED)
    rules: dict[str, Callable[[list[Example], list[Example]], Rule]] = {
        OURS: lambda pool, listed: OurRule(pool, listed, data.taxonomy),
        ASREVIEW: Asreview,
    }
    if asreview_package.is_installed():
        rules["ASReview itself"] = asreview_package.AsreviewPackage
    else:
        print(asreview_package.MISSING, file=sys.stderr)
    for name, make in rules.items():
        for known in (True, False):
            listed = data.listed if known else []
            saved = [
                simulate(
                    make(data.pools[month], listed), data.pools[month], "likely", batch=100
                ).work_saved_at_95
                for month in REPLAYED
            ]
            line(name, "known" if known else "not known", *saved)


def _asreview(
    known: Sequence[Example], stream: Sequence[Document]
) -> Callable[[Sequence[Document]], Floats]:
    """Learn by ASReview's rule; without rejections, unlabelled papers count as irrelevant."""
    verdicts = _truth(known)
    negatives = random.Random(0).sample(list(stream), len(known)) if verdicts.all() else []
    texts = [document_text(each) for each in (*(e.document for e in known), *negatives)]
    relevant = np.concatenate((verdicts, np.zeros(len(negatives), dtype=bool)))
    rule = AsreviewRule(texts)
    rows = np.arange(len(texts))

    def score(documents: Sequence[Document]) -> Floats:
        return rule.margins(rows, relevant, [document_text(each) for each in documents])[:, None]

    return score


def _sections_right(
    papers: Sequence[Example], chances: Floats, taxonomy: Taxonomy, places: int
) -> float:
    """Return how often a section of a paper in scope is among the first `places`."""
    ids = np.asarray([section.id for section in taxonomy.sections])
    order = np.argsort(-chances, axis=1, kind="stable")[:, :places]
    return statistics.fmean(
        bool(set(paper.sections) & set(ids[best]))
        for paper, best in zip(papers, order, strict=True)
        if paper.in_scope and paper.sections
    )


def _truth(examples: Iterable[Example]) -> Bools:
    return np.asarray([example.in_scope for example in examples], dtype=bool)


def main(words: Sequence[str] | None = None) -> int:
    """Print the tables asked for, or why they cannot be measured."""
    tables: dict[str, Callable[[int], None]] = {
        "cuts": lambda _: cuts(options.cuts),
        "draws": lambda number: draws(number, options.cuts),
        "audits": lambda number: audits([cut_at(before) for before in options.cuts], number),
        "facets": lambda _: facets(options.cuts),
        "topics": lambda _: topics_left_out(),
        "months": lambda _: months_left_out(),
        "replay": lambda _: replays(),
    }
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("tables", nargs="*", choices=[*tables, []], metavar="TABLE")
    parser.add_argument(
        "--draws", type=int, default=3, metavar="N", help="of the tables draws and audits (3)"
    )
    parser.add_argument("--cuts", nargs="+", choices=CUTS, default=CUTS, metavar="MONTH")
    options = parser.parse_args(words)
    if not classifier_data.DATA.is_dir():
        print(f"Skipped: the development data is not at {classifier_data.DATA}.", file=sys.stderr)
        return 0
    for name in options.tables or tables:
        print(f"\n## {name}\n")
        tables[name](max(1, options.draws))
    return 0


if __name__ == "__main__":
    sys.exit(main())
