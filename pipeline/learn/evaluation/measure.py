"""Train on the earlier decisions and compare the model with baselines on the later ones."""

import hashlib
import json
from collections.abc import Callable, Sequence

from classifiers.identity import marks, unmarked
from classifiers.kept.registry import ModelRegistry
from classifiers.representations.names import DEFAULT
from classifiers.types import Example
from config.runtime_schema import RuntimeSettings
from config.taxonomy import Taxonomy
from pipeline.learn.evaluation.contenders import (
    Bench,
    cue_words,
    measured,
    measured_baselines,
    measured_recipe,
)
from pipeline.learn.evaluation.in_use import measure_in_use
from pipeline.learn.evaluation.report import (
    RECIPE,
    Candidate,
    EvaluationReport,
    curve_point,
)
from pipeline.learn.examples import TrainingSet, split_by_time, too_few
from pipeline.runtime.blocks import mapped_parts
from pipeline.runtime.record import Run

#: points of the learning curve, in decisions
_CURVE = (0, 100, 300, 1_000, 3_000, 10_000)

#: which contenders, after how many decisions
_Part = tuple[Callable[[Bench, int], list[Candidate]], int]


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
    runtime: RuntimeSettings | None = None,
) -> EvaluationReport:
    """Measure today's recipe and its baselines on the newest decisions.

    Workers measure the baselines and the points of the curve, while this process measures the
    recipe and the model in use, whose files it has.

    Args:
        examples: all training examples.
        taxonomy: the sections to choose from.
        run: shows the stages.
        survey: the title of the report.
        models: its current model is measured too, without papers of its training.
        seed: of the random generator in training.
        representations: what today's recipe is trained with.
        curve: also measure a learning curve.
        runtime: the workers; None: this process alone.

    Raises:
        TooFewDecisionsError: too few decisions for a test set.
        LeakError: a test paper was in the training set.
        ConfigError: Dask is asked for and does not fit.
        TryAgainLaterError: the scheduler cannot be reached.
        WorkersLostError: a worker ended before its part was done.
    """
    split = split_by_time(examples)
    if split is None:
        raise too_few(examples)
    tested = marks(example.document for example in split.test)
    stream = unmarked(examples.known_before(split.cut), tested)
    listed_ids = {example.document.key for example in examples.listed}
    listed = sum(example.document.key in listed_ids for example in split.train)
    bench = Bench(split, stream, listed, taxonomy, seed, representations)
    parts: list[_Part] = [(measured_baselines, bench.own)]
    for count in reversed(_CURVE) if curve else ():
        if count < bench.own:
            parts += [(measured_recipe, count), (measured_baselines, count)]
    with mapped_parts(runtime or RuntimeSettings(), _measured, bench, parts) as found:
        run.stage(f"training {RECIPE}")
        recipe = bench.recipe(split.train)
        first = measured(recipe, split.test, taxonomy)
        run.stage("measuring the model in use")
        in_use, remark = measure_in_use(models, recipe, bench, examples)
        run.stage("measuring the baselines")
        last = (first, *next(found))
        points = [curve_point(bench.own, each) for each in last]
        for _, count in parts[1:]:
            run.stage(f"learning curve: {count} decisions")
            points += [curve_point(count, each) for each in next(found)]
    candidates = (first, *in_use, *last[1:], cue_words(bench))
    names = [each.name for each in last]
    points.sort(key=lambda point: (names.index(point.classifier), point.decisions))
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
        curve=tuple(points) if curve else (),
        remarks=(remark,) if remark else (),
        names={section.id: section.names.get("en", section.id) for section in taxonomy.sections},
    )


def _measured(
    bench: Bench, contenders: Callable[[Bench, int], list[Candidate]], decisions: int
) -> list[Candidate]:
    return contenders(bench, decisions)


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
