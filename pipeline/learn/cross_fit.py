"""Score every decided paper by a model that did not learn from it.

The papers are divided into parts by a hash of their IDs. A model for each part is trained on the
others, without any paper that has the same title as one of the part.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from classifiers.identity import apart
from config.errors import LivingSurveyError
from pipeline.learn.examples import LabelledExample, load_training_set
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


def fold_of(arxiv_id: str) -> int:
    """Return the part of a paper, always the same."""
    return int.from_bytes(hashlib.sha256(f"fold:{arxiv_id}".encode()).digest()[:4], "big") % FOLDS


def cross_fit(services: Services, run: Run) -> CrossFitReport:
    """Train a model for each part on the other parts, and store its scores of the part.

    Decisions of rules are neither learned from nor scored.

    Raises:
        TooFewToScoreError: there are too few decisions.
    """
    from classifiers.linear.training import train  # noqa: PLC0415  seconds of scikit-learn

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
    for fold in range(FOLDS):
        run.stage(f"training without part {fold + 1} of {FOLDS}")
        held = [one.example for one in examples.decided if _is_of(one, fold)]
        others = [one.example for one in examples.decided if not _is_of(one, fold)]
        if not held:
            continue
        model = train(
            apart(others, held),
            examples.documents,
            services.taxonomy,
            trained_at=now,
            seed=settings.seed,
            representations=settings.representations,
        )
        for scores in model.predict([one.document for one in held]):
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


def _is_of(one: LabelledExample, fold: int) -> bool:
    return fold_of(one.example.document.key) == fold
