"""Train: the human's word becomes the next model. Reads, closes the store, computes, saves.

A new model takes its place only if it is not worse than the one in use (`promotion.py`).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from classifiers.errors import ModelError
from classifiers.kept.registry import Learned, ModelRegistry
from classifiers.linear.model import Model
from classifiers.linear.training import train
from config.errors import LivingSurveyError
from config.taxonomy import Taxonomy
from pipeline.learn.examples import TrainingSet, load_training_set
from pipeline.learn.promotion import Comparison, MeasuredModel, compete
from storage.store import OpenStore

#: Fewest approvals, and fewest papers to tell them from (a rejection counts one, an undecided
#: paper half). With fewer, the probabilities cannot be calibrated
#: (`classifiers/linear/calibration.py`) and a model does worse than the cue words
#: (`docs/study/classifier.md`, table "little").
FEWEST_TO_LEARN = 20


class NothingToLearnError(LivingSurveyError):
    """A model of what is decided so far would be worse than the cue words."""


@dataclass(frozen=True, slots=True)
class TrainReport:
    """What the model was trained on, how it compares, and where it lies."""

    model_id: str
    path: Path
    approved: int
    rejected: int
    background: int
    #: whether it is the model in use now
    promoted: bool
    #: None where there was nothing to compare with
    contest: Comparison | None
    #: old models that were removed to make room
    removed: tuple[str, ...]


def train_model(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    *,
    models: ModelRegistry,
    background: int,
    seed: int,
    clock: Callable[[], datetime],
    keep: int = 10,
    force: bool = False,
    on_stage: Callable[[str], None] = lambda _: None,
) -> TrainReport:
    """Train on every standing approval and rejection, with undecided papers as background.

    It is saved in any case, and put to use if it is the first, if it is not worse than the
    champion, or by `force`.

    Args:
        open_store: read once, before anything is computed.
        taxonomy: what there is to choose from.
        models: where models are kept.
        background: how many undecided papers to learn from.
        seed: of every random choice.
        clock: the training's time.
        keep: how many models to keep, 0 for all.
        force: train it from however little, one approval at least, and promote it however it
            compares.
        on_stage: told what is being done.

    Raises:
        NothingToLearnError: what is decided so far makes no model better than the cue words.
    """
    now = clock()
    lessons = load_training_set(open_store, taxonomy, background=background)
    _refuse_too_little(lessons, models, force=force)
    on_stage("training on all decisions")
    model = train(lessons.examples, lessons.documents, taxonomy, trained_at=now, seed=seed)
    contest = _contest(model, lessons, models, on_stage)
    promoted = force or contest is None or contest.not_worse
    path = _save(model, lessons, models, contest)
    if promoted:
        models.promote(model.model_id, at=now, why=_why(contest, force=force))
    examples = lessons.examples
    approved = sum(example.in_scope for example in examples)
    return TrainReport(
        model_id=model.model_id,
        path=path,
        approved=approved,
        rejected=len(examples) - approved,
        background=len(lessons.background),
        promoted=promoted,
        contest=contest,
        removed=models.prune(keep),
    )


def _refuse_too_little(lessons: TrainingSet, models: ModelRegistry, *, force: bool) -> None:
    approved = sum(example.in_scope for example in lessons.examples)
    rejected, stream = len(lessons.examples) - approved, len(lessons.documents)
    if force and approved:
        return
    in_use = models.describe_current()
    stays = f"{in_use} stay{'' if in_use == 'cue words' else 's'} in use"
    if not approved:
        raise NothingToLearnError(
            f"There is nothing to learn from yet, no paper is approved: {stays}.",
            hint='"living-survey bootstrap" imports the list, "living-survey decide" records '
            "decisions.",
        )
    if approved < FEWEST_TO_LEARN:
        raise NothingToLearnError(
            f"There is too little to learn from yet, {approved} approved of at least "
            f"{FEWEST_TO_LEARN}: {stays}.",
            hint='"living-survey bootstrap" imports the list, "living-survey decide" records '
            'decisions; "living-survey train --force" trains all the same.',
        )
    # the far half of the stream stands in for rejections, the middle paper included
    if rejected + (stream + 1) // 2 < FEWEST_TO_LEARN:
        raise NothingToLearnError(
            f"There is too little to tell the approved papers from, {rejected} rejected and "
            f"{stream} undecided: {stays}.",
            hint='"living-survey run" or "backfill" brings papers; "living-survey train --force" '
            "trains all the same.",
        )


def _contest(
    model: Model, lessons: TrainingSet, models: ModelRegistry, on_stage: Callable[[str], None]
) -> Comparison | None:
    """Compare with the model in use; None before the first."""
    try:
        current = models.check_current(model.taxonomy)
        if not current.is_trained:
            return None
        champion = current.load_model()
    except ModelError as error:
        # A champion that cannot be used cannot defend itself: training anew is its remedy.
        return Comparison(f"the model in use cannot be read: {error.message}", not_worse=True)
    return compete(
        model, champion, models.learned_from(champion.model_id), lessons, on_stage=on_stage
    )


def _save(
    model: Model, lessons: TrainingSet, models: ModelRegistry, contest: Comparison | None
) -> Path:
    learned = Learned(
        decided=frozenset(example.document.key for example in lessons.examples),
        background=frozenset(document.key for document in lessons.documents),
        contest=_summary(contest),
    )
    return models.save(model, learned)


def _why(contest: Comparison | None, *, force: bool) -> str:
    if contest is None:
        return "the first model"
    return f"forced ({contest.verdict})" if force else contest.verdict


def _summary(contest: Comparison | None) -> dict[str, Any]:
    """Return what is kept of a contest beside the model: figures, no papers."""
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
    """Return what is shown of one side, the deciding measure first; nan: cannot be said."""
    found = side.evaluation
    return (
        ("quadratic error", side.error),
        ("in scope: average precision", found.scope.average_precision),
        ("in scope: WSS@95", found.scope.work_saved_at_95),
        *((f"{facet.facet}: top 1", facet.top1) for facet in found.facets),
        ("section: top 1", found.section_top1),
        ("section: top 3", found.section_top3),
    )
