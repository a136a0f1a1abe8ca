"""Tell which rulings a decision contradicts, while the store is held."""

from contextlib import suppress

from starlette.requests import Request

from config.errors import LivingSurveyError
from pipeline.learn.explain.explainer import Explainer
from pipeline.review.rulings.compare import contradictions, read_compared
from pipeline.review.rulings.near import NearRuling
from pipeline.review.web.context import ReviewContext, context_of
from storage.store import Store
from storage.types import Decision, Verdict


def contradicted_by(store: Store, request: Request, decision: Decision) -> tuple[NearRuling, ...]:
    """Return the rulings that a decision contradicts; none until the model is loaded."""
    context = context_of(request)
    if decision.verdict is Verdict.DEFERRED or decision.undone_at is not None:
        return ()
    precedents = context.precedents.read(store)
    explainer = _at_hand(context) if precedents else None
    if explainer is None:
        return ()
    found = contradictions(explainer, precedents, read_compared(store, [decision]))
    return tuple(one.near for one in found)


def _at_hand(context: ReviewContext) -> Explainer | None:
    if context.explainers is not None:
        with suppress(LivingSurveyError):  # the page says what is wrong with the model
            return context.explainers.at_hand()
    return None
