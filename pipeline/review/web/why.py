"""Give the reasons on a paper's page, or why they are missing.

The model is loaded before the lease and asked after it, because both take time.
"""

from dataclasses import dataclass, replace

from config.errors import LivingSurveyError
from config.tex.text import plain_text
from config.visible import SHOWN_OF_TITLE
from pipeline.learn.documents import document_of
from pipeline.learn.explain.breakdown import Reasons
from pipeline.learn.explain.explainer import Explainer
from pipeline.review.web.card import Card
from pipeline.review.web.context import ReviewContext
from pipeline.review.web.highlight import highlight_breakdowns
from pipeline.review.web.texts import SHOWN_OF_TEXT


@dataclass(frozen=True, slots=True)
class Why:
    """The reasons on a page."""

    reasons: Reasons | None = None
    problem: str = ""
    #: the suggesting model, if another one explains
    suggested_by: str = ""


def current_explainer(context: ReviewContext) -> tuple[Explainer | None, str]:
    """Return the explainer, or why it cannot be used."""
    if context.explainers is None:
        return None, ""
    try:
        return context.explainers.current(), ""
    except LivingSurveyError as error:
        return None, f"The reasons cannot be shown. {error.message} {error.hint}".strip()


def explained(
    explainer: Explainer | None, problem: str, card: Card, changed: frozenset[str]
) -> Why:
    """Return the reasons for a card's suggestions, or `problem` without an explainer.

    `changed` has the papers decided since the explainer was loaded.
    """
    if explainer is None:
        return Why(problem=problem)
    paper = card.paper
    shown = [choice.section.id for choice in card.candidates]
    reasons = explainer.reasons(
        document_of(paper),
        sections=shown or None,
        changed=changed,
    )
    model_id = card.prediction.model_id if card.prediction else ""
    return Why(reasons, suggested_by=model_id if model_id != reasons.model_id else "")


def with_marks(card: Card, why: Why) -> Card:
    """Return the card with the terms of its reasons marked."""
    if why.reasons is None:
        return card
    breakdowns = why.reasons.breakdowns
    return replace(
        card,
        title=highlight_breakdowns(card.paper.title, "title", breakdowns)
        if len(card.paper.title) <= SHOWN_OF_TITLE and plain_text(card.paper.title)
        else card.title,
        abstract=highlight_breakdowns(card.paper.abstract[:SHOWN_OF_TEXT], "abstract", breakdowns),
        terms_for=(),
        terms_against=(),
    )
