"""Score every decided paper by a model that did not learn from it.

The papers are divided into parts by a hash of their IDs. A model for each part is trained on the
others, without any paper that has the same title as one of the part.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from classifiers.identity import apart
from classifiers.types import Scores
from config.errors import LivingSurveyError
from config.taxonomy import Taxonomy
from pipeline.learn.examples import LabelledExample, TrainingSet, load_training_set
from pipeline.runtime.blocks import mapped_parts
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.second_looks import CrossScore
from storage.types import SectionScore

#: parts, so trainings
FOLDS = 5
#: fewest papers in scope, and fewest out of scope: each training has four fifths of them
FEWEST = 25
#: sections kept of each paper
_SECTIONS = 8


class TooFewToScoreError(LivingSurveyError):
    """There are too few decisions to train on a part of them."""

    too_early = True


@dataclass(frozen=True, slots=True)
class CrossFitReport:
    """What was scored."""

    decisions: int
    #: all of them with an answer in scope
    in_scope: int
    scored_at: datetime


@dataclass(frozen=True, slots=True)
class _Data:
    """What every training needs."""

    examples: TrainingSet
    taxonomy: Taxonomy
    trained_at: datetime
    seed: int
    representations: Sequence[str]


def fold_of(arxiv_id: str) -> int:
    """Return the part of a paper, always the same."""
    return int.from_bytes(hashlib.sha256(f"fold:{arxiv_id}".encode()).digest()[:4], "big") % FOLDS


def cross_fit(services: Services, run: Run) -> CrossFitReport:
    """Train a model for each part on the other parts, and store its scores of the part.

    Decisions of rules are neither learned from nor scored.

    Raises:
        TooFewToScoreError: there are too few decisions.
        ConfigError: Dask is asked for and does not fit.
        TryAgainLaterError: the scheduler cannot be reached.
        WorkersLostError: a worker ended before its training was done.
    """
    settings, now = services.settings.classifier, services.clock()
    examples = load_training_set(
        services.open_store,
        services.taxonomy,
        background=settings.background,
        reasons=services.settings.review.reasons,
    )
    inside = sum(one.example.in_scope for one in examples.decided)
    if min(inside, len(examples.decided) - inside) < FEWEST:
        raise TooFewToScoreError(
            f"Too few decisions to train on a part of them: {inside} in scope and"
            f" {len(examples.decided) - inside} out of scope.",
            hint=f"At least {FEWEST} of each are needed.",
        )
    found: dict[str, CrossScore] = {}
    with services.open_store() as store:
        standing = store.decisions.standing(one.example.document.key for one in examples.decided)
    representations = settings.representations
    data = _Data(examples, services.taxonomy, now, settings.seed, representations)
    parts = [(fold,) for fold in range(FOLDS)]
    with mapped_parts(services.settings.runtime, _scores, data, parts) as scored:
        for (fold,) in parts:
            run.stage(f"training without part {fold + 1} of {FOLDS}")
            for scores in next(scored):
                if decided := standing.get(scores.key):
                    sections = tuple(SectionScore(*pair) for pair in scores.sections[:_SECTIONS])
                    found[scores.key] = CrossScore(
                        scores.key,
                        decided.decision_id,
                        scores.in_scope,
                        sections,
                        services.taxonomy.fingerprint,
                        now,
                    )
    with services.open_store() as store:
        store.second_looks.replace_scores(
            list(found.values()), taxonomy=services.taxonomy.fingerprint, scored_at=now
        )
    run.count(scored=len(found))
    return CrossFitReport(len(found), inside, now)


def _scores(data: _Data, fold: int) -> Sequence[Scores]:
    """Return the scores of a part by a model of the other parts; called by a worker."""
    from classifiers.linear.training import train  # noqa: PLC0415  seconds of scikit-learn

    decided = data.examples.decided
    held = [one.example for one in decided if _is_of(one, fold)]
    others = [one.example for one in decided if not _is_of(one, fold)]
    if not held:
        return ()
    model = train(
        apart(others, held),
        data.examples.documents,
        data.taxonomy,
        trained_at=data.trained_at,
        seed=data.seed,
        representations=data.representations,
    )
    return model.predict([one.document for one in held])


def _is_of(one: LabelledExample, fold: int) -> bool:
    return fold_of(one.example.document.key) == fold
