"""Train on the earlier decisions and compare the model with baselines on the later ones."""

import hashlib
import json
from collections.abc import Sequence

from classifiers.identity import marks, unmarked
from classifiers.kept.registry import ModelRegistry
from classifiers.representations.names import DEFAULT
from classifiers.types import Example
from config.taxonomy import Taxonomy
from pipeline.learn.evaluation.contenders import Bench, cue_words, measured, rivals
from pipeline.learn.evaluation.in_use import measure_in_use
from pipeline.learn.evaluation.report import (
    RECIPE,
    Candidate,
    CurvePoint,
    EvaluationReport,
    curve_point,
)
from pipeline.learn.examples import TrainingSet, split_by_time, too_few
from pipeline.runtime.record import Run

#: points of the learning curve, in decisions
_CURVE = (0, 100, 300, 1_000, 3_000, 10_000)


def measure(
    examples: TrainingSet,
    taxonomy: Taxonomy,
    run: Run,
    *,
    survey: str,
    models: ModelRegistry,
    seed: int,
    representations: Sequence[str] = DEFAULT,
    curve: bool = True,
) -> EvaluationReport:
    """Measure today's recipe and its baselines on the newest decisions.

    Args:
        examples: all training examples.
        taxonomy: the sections to choose from.
        run: shows the stages.
        survey: the title of the report.
        models: its current model is measured too, without papers of its training.
        seed: of the random generator in training.
        representations: what today's recipe is trained with.
        curve: also measure a learning curve.

    Raises:
        TooFewDecisionsError: too few decisions for a test set.
        LeakError: a test paper was in the training set.
    """
    split = split_by_time(examples)
    if split is None:
        raise too_few(examples)
    tested = marks(example.document for example in split.test)
    stream = unmarked(examples.known_before(split.cut), tested)
    listed_ids = {example.document.key for example in examples.listed}
    listed = sum(example.document.key in listed_ids for example in split.train)
    bench = Bench(split, stream, listed, taxonomy, seed, run, representations)
    run.stage(f"training {RECIPE}")
    recipe = bench.recipe(split.train)
    first = measured(recipe, split.test, taxonomy)
    run.stage("scoring the model in use")
    in_use, remark = measure_in_use(models, recipe, bench, examples)
    others = tuple(rivals(bench, split.train))
    candidates = (first, *in_use, *others, cue_words(bench))
    points = _curve(bench, (first, *others)) if curve else ()
    return EvaluationReport(
        report_id=_report_id(bench, candidates),
        survey=survey,
        taxonomy_fingerprint=taxonomy.fingerprint,
        cut=split.cut,
        listed=bench.listed,
        earlier=bench.own,
        tested=len(split.test),
        approved=sum(example.in_scope for example in split.test),
        candidates=candidates,
        curve=points,
        remarks=(remark,) if remark else (),
        names={section.id: section.names.get("en", section.id) for section in taxonomy.sections},
    )


def _curve(bench: Bench, last: Sequence[Candidate]) -> tuple[CurvePoint, ...]:
    """Return the learning curve of every contender; `last` holds its final points."""
    points = [curve_point(bench.own, found) for found in last]
    for count in _CURVE:
        if count < bench.own:
            bench.run.stage(f"learning curve: {count} decisions")
            examples = bench.first(count)
            own = measured(bench.recipe(examples), bench.split.test, bench.taxonomy)
            note = f" on {count} decisions"
            points += [curve_point(count, found) for found in (own, *rivals(bench, examples, note))]
    names = [found.name for found in last]
    return tuple(sorted(points, key=lambda p: (names.index(p.classifier), p.decisions)))


def _report_id(bench: Bench, scored: Sequence[Candidate]) -> str:
    content = json.dumps([
        sorted(_fact(example) for example in bench.split.train),
        sorted(_fact(example) for example in bench.split.test),
        sorted(document.key for document in bench.stream),
        bench.taxonomy.fingerprint,
        [candidate.evaluation.model_id for candidate in scored],
    ])  # fmt: skip
    return f"{bench.split.cut:%Y%m%d}-{hashlib.sha256(content.encode()).hexdigest()[:10]}"


def _fact(example: Example) -> str:
    return json.dumps([example.document.key, example.in_scope, sorted(example.sections)])
