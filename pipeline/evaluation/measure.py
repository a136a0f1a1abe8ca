"""Trains on the earlier decisions, tests on the later ones, baselines beside it. Stores nothing.

Every classifier comes with the papers it learned from, and `classifiers.evaluation.evaluate`
refuses to score it on any of them.
"""

import hashlib
import json
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifiers import artifact, shelf
from classifiers.baselines import BAYES, NaiveBayes, plain
from classifiers.cues import CueClassifier
from classifiers.errors import ModelError
from classifiers.evaluation import Split, evaluate
from classifiers.identity import marks, unmarked
from classifiers.training import train
from classifiers.types import Classifier, Document, Example
from config.taxonomy import Taxonomy
from pipeline.contest import errors
from pipeline.evaluation.report import Candidate, CurvePoint, EvaluationReport
from pipeline.lessons import FEWEST_TO_TEST, Lessons, keys_of, known_of, split_by_time, too_few
from pipeline.models import read_learned

#: decisions at which the learning curve is taken, where there are more
_CURVE = (0, 100, 300, 1_000, 3_000, 10_000)

RECIPE = "this recipe"


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    classifier: Classifier
    examples: Sequence[Example] = ()
    background: Sequence[Document] = ()


@dataclass(frozen=True, slots=True)
class _Bench:
    """What all of them are trained and tested on."""

    split: Split
    #: unlabelled papers from before the cut
    stream: Sequence[Document]
    listed: int
    taxonomy: Taxonomy
    seed: int
    on_stage: Callable[[str], None]

    @property
    def own(self) -> int:
        """Decisions to train on, apart from the list."""
        return len(self.split.train) - self.listed

    def trained(self, examples: Sequence[Example]) -> _Entry:
        model = train(
            examples, self.stream, self.taxonomy, trained_at=self.split.cut, seed=self.seed
        )
        return _Entry(RECIPE, model, examples, self.stream)


def measure(
    lessons: Lessons,
    taxonomy: Taxonomy,
    *,
    survey: str,
    models: Path,
    seed: int,
    curve: bool = True,
    on_stage: Callable[[str], None] = lambda _: None,
) -> EvaluationReport:
    """Return how today's recipe does on the newest decisions, and what it must beat.

    Args:
        lessons: everything there is to learn from.
        taxonomy: what there is to choose from.
        survey: its title.
        models: the model in use is measured too, on papers it never learned from.
        seed: of the training.
        curve: also train on growing shares of the decisions.
        on_stage: told what is being done.

    Raises:
        TooFewDecisionsError: nothing can be held back.
        LeakError: a test paper was learned from; a bug, never shown as a figure.
    """
    split = split_by_time(lessons)
    if split is None:
        raise too_few(lessons)
    tested = marks(example.document for example in split.test)
    stream = unmarked(lessons.known_before(split.cut), tested)
    came = {example.document.key for example in lessons.listed}
    listed = sum(example.document.key in came for example in split.train)
    bench = _Bench(split, stream, listed, taxonomy, seed, on_stage)
    on_stage(f"training {RECIPE}")
    recipe = bench.trained(split.train)
    first = _measured(recipe, split.test, taxonomy)
    on_stage("scoring the model in use")
    in_use, remark = _in_use(models, recipe, split.test, lessons, taxonomy)
    baselines = (_measured(entry, split.test, taxonomy) for entry in _baselines(bench))
    candidates = (first, *in_use, *baselines)
    points = (*_curve(bench), _point(bench.own, first)) if curve else ()
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
    )


def _baselines(bench: _Bench) -> Iterator[_Entry]:
    """Train each when it is asked for, so that one at a time is in memory."""
    examples, taxonomy = bench.split.train, bench.taxonomy
    bench.on_stage("training the plain recipe")
    yield _Entry("plain recipe", plain(examples, taxonomy, trained_at=bench.split.cut), examples)
    for variant in BAYES if examples else ():
        bench.on_stage(f"training {variant} naive Bayes")
        yield _Entry(f"{variant} naive Bayes", NaiveBayes(examples, taxonomy, variant), examples)
    bench.on_stage("scoring the cue words")
    yield _Entry("cue words only", CueClassifier(taxonomy))


def _in_use(
    models: Path, recipe: _Entry, test: Sequence[Example], lessons: Lessons, taxonomy: Taxonomy
) -> tuple[tuple[Candidate, ...], str]:
    """Return the model in use on what it never learned from, the recipe on the same, a remark."""
    try:
        if shelf.current_id(models) is None:
            return (), "No model was trained yet; the recipe stands for what training would give."
        model = artifact.load(models, taxonomy)
    except ModelError as error:
        return (), f"The model in use is left out: {error.message}"
    learned = read_learned(models, model.model_id)
    if learned is None:
        return (), "The model in use is left out: what it learned from is not on record."
    known = known_of(lessons, learned.papers)
    unseen = [example for example in test if known.isdisjoint(marks([example.document]))]
    if len(unseen) < FEWEST_TO_TEST:
        return (), (
            f"The model in use is left out: it learned from {len(test) - len(unseen)} of the "
            f"{len(test)} test papers."
        )
    own = _Entry("model in use", model)
    scored = [_measured(own, unseen, taxonomy, trained_on=known)]
    if len(unseen) == len(test):
        return tuple(scored), ""
    same = _Entry(f"{RECIPE}, same papers", recipe.classifier, recipe.examples, recipe.background)
    scored.append(_measured(same, unseen, taxonomy))
    return tuple(scored), (
        f"The model in use is scored on the {len(unseen)} of {len(test)} test papers that it "
        "never learned from."
    )


def _measured(
    entry: _Entry,
    test: Sequence[Example],
    taxonomy: Taxonomy,
    *,
    trained_on: frozenset[str] = frozenset(),
) -> Candidate:
    keys = trained_on | keys_of(entry.examples, entry.background)
    evaluation = evaluate(entry.classifier, test, taxonomy, trained_on=keys)
    scores = entry.classifier.predict([example.document for example in test])
    return Candidate(
        name=entry.name,
        examples=len(entry.examples),
        background=len(entry.background),
        error=statistics.fmean(errors(test, scores, taxonomy)),
        evaluation=evaluation,
    )


def _curve(bench: _Bench) -> Iterator[CurvePoint]:
    """Yield the recipe after the first decisions, the list always included."""
    for count in _CURVE:
        if count < bench.own:
            bench.on_stage(f"learning curve: {count} decisions")
            entry = bench.trained(bench.split.train[: bench.listed + count])
            yield _point(count, _measured(entry, bench.split.test, bench.taxonomy))


def _point(decisions: int, found: Candidate) -> CurvePoint:
    measured = found.evaluation
    return CurvePoint(
        decisions=decisions,
        error=found.error,
        average_precision=measured.scope.average_precision,
        work_saved_at_95=measured.scope.work_saved_at_95,
        facets=tuple((facet.facet, facet.top1) for facet in measured.facets),
        section_top1=measured.section_top1,
        section_top3=measured.section_top3,
    )


def _report_id(bench: _Bench, scored: Sequence[Candidate]) -> str:
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
