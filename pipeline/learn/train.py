"""Train: make the next model from all decisions and compare it with the model in use."""

import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from classifiers.errors import ModelError
from classifiers.kept.registry import CUE_WORDS, Learned, ModelRegistry
from classifiers.linear.header import DRAWN, DRAWN_SHARE
from classifiers.linear.model import Model
from classifiers.linear.training import train as fit
from config.errors import LivingSurveyError
from pipeline.learn.examples import TrainingSet, load_training_set
from pipeline.learn.promotion import Comparison, MeasuredModel, compete
from pipeline.learn.rows import TrainingRows, read_rows, write_rows
from pipeline.learn.train_sentence import train_sentence
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services

#: Fewest approvals, and fewest papers to tell them from (a rejection counts one, an undecided
#: paper half). With fewer, probabilities cannot be calibrated
#: (`classifiers/linear/calibration.py`) and cue words are more accurate
#: (`docs/study/classifier.md`, table "little").
FEWEST_TO_LEARN = 20


class NothingToLearnError(LivingSurveyError):
    """A model of the present decisions would be worse than the cue words."""

    too_early = True


@dataclass(frozen=True, slots=True)
class TrainReport:
    """What the model was trained on, how it compares, and its file."""

    model_id: str
    path: Path
    approved: int
    rejected: int
    #: rejected papers that are in scope by their reason
    not_listed: int
    background: int
    #: decided papers that were drawn at random, on which the estimated share in scope rests
    drawn: int
    #: the share of undecided papers in scope by these; None: none was drawn
    share: float | None
    #: it is the model in use now
    promoted: bool
    #: None: the first model
    contest: Comparison | None
    #: what happened, for people
    sentence: str
    #: old models that were removed
    removed: tuple[str, ...]

    @property
    def totals(self) -> dict[str, int]:
        """What is counted in `runs`."""
        return {
            "trained": 1,
            "approved": self.approved,
            "rejected": self.rejected,
            "promoted": int(self.promoted),
        }


def train(
    services: Services,
    run: Run,
    *,
    force: bool = False,
    rows: Path | None = None,
    export_rows: Path | None = None,
) -> TrainReport:
    """Train on all current decisions, with undecided papers as background.

    The model is saved in any case. It is put to use if it is the first one, if it is not worse
    than the model in use, or by `force`.

    Args:
        services: what every step is given.
        run: counts and shows progress.
        force: train from as little as one approval and put the model to use in any case.
        rows: a file of exported rows to train on instead of the database, with their date and seed.
        export_rows: where to write the rows, before the training.

    Raises:
        NothingToLearnError: a model of the present decisions would be worse than the cue words.
        RowsError: a file of rows cannot be read or written.
        RepresentationError: a representation is not installed or cannot convert the texts.
    """
    settings, models, now = services.settings.classifier, services.models, services.clock()
    taken = read_rows(rows, services.taxonomy) if rows else _stored(services, now)
    examples = taken.examples
    _check_enough(examples, models, force=force)
    if export_rows is not None:
        write_rows(export_rows, taken, services.taxonomy)
    run.stage("training on all decisions")
    model = fit(
        examples.examples,
        examples.documents,
        services.taxonomy,
        trained_at=taken.trained_at,
        seed=taken.seed,
        representations=taken.representations,
    )
    known = _known(models)
    contest = _compare(model, examples, models, run)
    promoted = force or contest is None or contest.not_worse
    path = models.save(model, _learned(examples, contest))
    # Read back, so that the model in use stays if the new file cannot be used.
    models.load(model.model_id, services.taxonomy)
    if promoted:
        models.promote(model.model_id, at=now, why=_why(contest, force=force))
    approved = sum(one.approved for one in examples.decided)
    in_scope = sum(example.in_scope for example in examples.examples)
    report = TrainReport(
        model_id=model.model_id,
        path=path,
        approved=approved,
        rejected=len(examples.examples) - approved,
        not_listed=in_scope - approved,
        background=len(examples.background),
        drawn=model.header.counts.get(DRAWN, 0),
        share=model.header.metrics.get(DRAWN_SHARE),
        promoted=promoted,
        contest=contest,
        sentence=train_sentence(
            approved=approved,
            rejected=len(examples.examples) - approved,
            promoted=promoted,
            contest=contest,
            more=_more(examples, known),
        ),
        removed=models.prune(settings.keep),
    )
    run.count(**report.totals)
    return report


def _stored(services: Services, now: datetime) -> TrainingRows:
    settings = services.settings.classifier
    examples = load_training_set(
        services.open_store,
        services.taxonomy,
        background=settings.background,
        reasons=services.settings.review.reasons,
    )
    return TrainingRows(examples, now, settings.seed, settings.representations)


def _check_enough(examples: TrainingSet, models: ModelRegistry, *, force: bool) -> None:
    approved = sum(example.in_scope for example in examples.examples)
    rejected, stream = len(examples.examples) - approved, len(examples.documents)
    if force and approved:
        return
    in_use = models.describe_current()
    stays = f"{in_use} stay{'' if in_use == CUE_WORDS else 's'} in use"
    if not approved:
        raise NothingToLearnError(
            f"There is nothing to learn from yet, no paper is approved: {stays}.",
            hint="`living-survey bootstrap` imports the list, `living-survey decide` records "
            "decisions.",
        )
    if approved < FEWEST_TO_LEARN:
        raise NothingToLearnError(
            f"There is too little to learn from yet, {approved} approved of at least "
            f"{FEWEST_TO_LEARN}: {stays}.",
            hint="`living-survey bootstrap` imports the list, `living-survey decide` records "
            "decisions; `living-survey train --force` trains in any case.",
        )
    # Undecided papers are a mixture, most of them out of scope; half of them count here.
    if rejected + (stream + 1) // 2 < FEWEST_TO_LEARN:
        raise NothingToLearnError(
            f"There is too little to tell the approved papers from, {rejected} rejected and "
            f"{stream} undecided: {stays}.",
            hint="`living-survey run` or `living-survey backfill` brings papers; "
            "`living-survey train --force` trains in any case.",
        )


def _compare(
    model: Model, examples: TrainingSet, models: ModelRegistry, run: Run
) -> Comparison | None:
    """Compare with the model in use; None if the new model is the first."""
    try:
        current = models.check_current(model.taxonomy)
        if not current.is_trained:
            return None
        in_use = current.load_model()
    except ModelError as error:
        # Training is the remedy for a model in use that cannot be loaded.
        return Comparison(f"the model in use cannot be read: {error.message}", not_worse=True)
    return compete(model, in_use, models.learned_from(in_use.model_id), examples, stage=run.stage)


def _known(models: ModelRegistry) -> frozenset[str] | None:
    """Return the decided papers that the model in use learned from; None if it is not recorded."""
    try:
        in_use = models.current_id()
    except ModelError:
        return None
    learned = models.learned_from(in_use) if in_use else None
    return learned.decided if learned else None


def _more(examples: TrainingSet, known: frozenset[str] | None) -> int | None:
    if known is None:
        return None
    return sum(example.document.key not in known for example in examples.examples)


def _learned(examples: TrainingSet, contest: Comparison | None) -> Learned:
    return Learned(
        decided=frozenset(example.document.key for example in examples.examples),
        background=frozenset(document.key for document in examples.documents),
        contest=_summary(contest),
    )


def _why(contest: Comparison | None, *, force: bool) -> str:
    if contest is None:
        return "the first model"
    return f"forced ({contest.verdict})" if force else contest.verdict


def _summary(contest: Comparison | None) -> dict[str, Any]:
    """Return the figures of a comparison as they are stored beside the model."""
    if contest is None:
        return {}
    return {
        "verdict": contest.verdict,
        "papers": contest.papers,
        "since": contest.cut.isoformat() if contest.cut else None,
        "challenger": contest.challenger and _figures(contest.challenger),
        "champion": contest.champion and _figures(contest.champion),
    }


def _figures(side: MeasuredModel) -> dict[str, Any]:
    figures = dict(measures(side))
    rounded = {name: round(value, 4) for name, value in figures.items() if math.isfinite(value)}
    return {"model_id": side.model_id, "scored": side.scored, **rounded}


def measures(side: MeasuredModel) -> tuple[tuple[str, float], ...]:
    """Return the shown measures of a model, the deciding one first; nan: not defined."""
    found = side.evaluation
    return (
        ("quadratic error", side.error),
        ("in scope: average precision", found.scope.average_precision),
        ("in scope: WSS@95", found.scope.work_saved_at_95),
        *((f"{facet.facet}: top 1", facet.top1) for facet in found.facets),
        ("section: top 1", found.section_top1),
        ("section: top 3", found.section_top3),
    )
