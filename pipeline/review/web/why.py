"""The reasons on a paper's page: asked of the model in use, or one sentence why there are none.

The model is asked for before the store is leased and again after it was let go, never between.
"""

from dataclasses import dataclass, replace

from classifiers.types import Document
from config.errors import LivingSurveyError
from pipeline.learn.explain.breakdown import Reasons
from pipeline.learn.explain.explainer import Explainer
from pipeline.review.web.cards import Card
from pipeline.review.web.context import ReviewContext
from pipeline.review.web.marking import MARKED, marked


@dataclass(frozen=True, slots=True)
class Why:
    """What the page says of the reasons."""

    reasons: Reasons | None = None
    #: why there are none
    trouble: str = ""
    #: a model other than this one made the suggestions, or none did
    suggested_by: str = ""


def mind_of(desk: ReviewContext) -> tuple[Explainer | None, str]:
    """Return the mind in use, or a sentence that says why there is none."""
    if desk.reasoner is None:
        return None, ""
    try:
        return desk.reasoner.mind(), ""
    except LivingSurveyError as error:
        return None, f"There are no reasons to show. {error.message} {error.hint}".strip()


def explained(mind: Explainer | None, trouble: str, card: Card, changed: frozenset[str]) -> Why:
    """Return the reasons for a card's suggestions, as the text stands now.

    Args:
        mind: the mind in use.
        trouble: why there is none.
        card: the paper as it is shown.
        changed: papers decided since the mind was loaded.
    """
    if mind is None:
        return Why(trouble=trouble)
    paper = card.paper
    shown = [choice.section.id for choice in (*card.answers, *card.suggested)]
    reasons = mind.reasons(
        Document(paper.arxiv_id, paper.title, paper.abstract, paper.categories),
        sections=shown or None,
        changed=changed,
    )
    told = card.prediction.model_id if card.prediction else ""
    return Why(reasons, suggested_by=told if told != reasons.model_id else "")


def with_marks(card: Card, why: Why) -> Card:
    """Return the card with the terms of its reasons marked instead of the stored ones."""
    if why.reasons is None:
        return card
    accounts = why.reasons.accounts[:MARKED]
    return replace(
        card,
        title=marked(card.paper.title, "title", accounts),
        abstract=marked(card.paper.abstract, "abstract", accounts),
        terms_for=(),
        terms_against=(),
    )
