"""Tell which rulings a decision contradicts, while the store is held."""

from collections.abc import Sequence
from contextlib import suppress

from starlette.requests import Request

from config.errors import LivingSurveyError
from pipeline.learn.explain.explainer import Explainer
from pipeline.review.rulings.compare import Contradiction, contradictions, read_compared
from pipeline.review.rulings.near import NearRuling
from pipeline.review.web.context import ReviewContext, context_of
from storage.store import Store
from storage.types import Decision, Verdict

#: papers of one act that are compared, about a quarter of a second
_COMPARED = 100


def contradicted_by(
    store: Store, request: Request, decisions: Sequence[Decision]
) -> tuple[NearRuling, ...]:
    """Return the rulings that decisions contradict, each once; none until the model is loaded."""
    found = contradicted_together(store, request, decisions)
    return tuple({one.near.ruling.arxiv_id: one.near for one in found}.values())


def contradicted_together(
    store: Store, request: Request, decisions: Sequence[Decision]
) -> tuple[Contradiction, ...]:
    """Return the rulings that decisions contradict; of an act, its first papers are compared."""
    context = context_of(request)
    wanted = [
        one for one in decisions if one.verdict is not Verdict.DEFERRED and one.undone_at is None
    ]
    precedents = context.precedents.read(store) if wanted else ()
    explainer = _at_hand(context) if precedents else None
    if explainer is None:
        return ()
    return contradictions(explainer, precedents, read_compared(store, wanted[:_COMPARED]))


def _at_hand(context: ReviewContext) -> Explainer | None:
    if context.explainers is not None:
        with suppress(LivingSurveyError):  # the page says what is wrong with the model
            return context.explainers.at_hand()
    return None
