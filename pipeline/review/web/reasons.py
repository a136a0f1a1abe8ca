"""Give the reasons on a card and on a paper's page, or say why they are missing.

`News` is read while the store is held, reasons are computed after it. A card never waits for the
model: its sentence comes from the stored terms until the model is loaded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.errors import LivingSurveyError
from pipeline.learn.documents import document_of
from pipeline.learn.explain.breakdown import OwnDecisions, Reasons, reasons_sentence
from pipeline.learn.explain.explainer import Explainer, News
from pipeline.learn.explain.stored_terms import stored_phrases
from pipeline.review.rulings.near import NearRuling, Precedent, near_rulings, shown
from pipeline.review.web.card import Card
from pipeline.review.web.context import ReviewContext
from pipeline.review.web.texts import marked_text, marked_title
from storage.store import Store
from storage.types import Prediction

#: probability from which the stored terms speak for the scope
_IN_SCOPE = 0.5
#: neighbours of each verdict on a card
_ON_CARD = 2


@dataclass(frozen=True, slots=True)
class CardReasons:
    """The reasons on a page."""

    #: "In scope because of: 3D, grounding."; empty without a prediction
    sentence: str = ""
    #: None: not loaded yet, or it cannot be used
    reasons: Reasons | None = None
    #: the model is being loaded, so that neighbours are missing
    loading: bool = False
    problem: str = ""
    #: the rulings that the paper is like, nearest first
    rulings: tuple[NearRuling, ...] = ()
    #: the suggesting model, if another one explains
    suggested_by: str = ""

    @property
    def on_card(self) -> Reasons | None:
        """The reasons with the neighbours that a card has room for."""
        if self.reasons is None:
            return None
        return replace(
            self.reasons,
            approved=self.reasons.approved[:_ON_CARD],
            rejected=self.reasons.rejected[:_ON_CARD],
        )

    @property
    def own(self) -> OwnDecisions | None:
        """The reviewer's own decisions on similar papers, if there are any."""
        own = self.reasons.own if self.reasons else None
        return own if own and own.approved + own.rejected else None


def read_news(context: ReviewContext, store: Store) -> News | None:
    """Return what was decided since the model was loaded; None without a model directory."""
    return context.explainers.news(store) if context.explainers else None


def card_reasons(
    context: ReviewContext,
    card: Card,
    news: News | None,
    *,
    reviewer: str,
    precedents: Sequence[Precedent] = (),
    wait: bool = False,
) -> CardReasons:
    """Return the reasons for a card's suggestions; the store must not be held.

    With `wait`, for a paper's page, a model that is not loaded is waited for and the sections are
    explained too; a card says that it is being loaded, and explains the scope. `precedents` are the
    rulings that stand.
    """
    stored = CardReasons(stored_sentence(card.prediction) if card.prediction else "")
    if context.explainers is None or news is None:
        return stored
    try:
        explainer = context.explainers.current() if wait else context.explainers.at_hand()
    except LivingSurveyError as error:
        problem = f"The reasons cannot be shown. {error.message} {error.hint}".strip()
        return replace(stored, problem=problem)
    if explainer is None:
        return replace(stored, loading=True)
    reasons = explainer.reasons(
        document_of(card.paper),
        sections=_shown(card) if wait else (),
        live=news.live,
        reviewer=reviewer,
    )
    model_id = card.prediction.model_id if card.prediction else ""
    return replace(
        stored,
        sentence=reasons.sentence,
        reasons=reasons,
        rulings=_rulings(context, explainer, card, precedents),
        # a repeated paper has an old prediction, which must not show
        suggested_by=model_id if model_id != reasons.model_id and not card.repeats else "",
    )


def _rulings(
    context: ReviewContext, explainer: Explainer, card: Card, precedents: Sequence[Precedent]
) -> tuple[NearRuling, ...]:
    if card.repeats:
        own = card.paper.arxiv_id
        precedents = [one for one in precedents if one.ruling.arxiv_id != own]
    if not precedents:
        return ()
    near = near_rulings(explainer, document_of(card.paper), precedents, card.prediction)
    return shown(near, card.prediction, context.settings.likely_from / 100)


def stored_sentence(prediction: Prediction) -> str:
    """Return the reasons by the strongest terms, which are stored with each prediction."""
    found = stored_phrases(prediction.terms)
    if not found:
        return ""
    return reasons_sentence(
        [phrase for phrase in found if phrase.value > 0],
        [phrase for phrase in found if phrase.value < 0],
        prediction.in_scope - _IN_SCOPE,
    )


def with_marks(card: Card, found: CardReasons) -> Card:
    """Return the card of a paper's page, with the phrases of each score marked."""
    if found.reasons is None:
        return card
    breakdowns, paper = found.reasons.breakdowns, card.paper
    return replace(
        card,
        title=marked_title(paper.title, paper.arxiv_id, breakdowns),
        abstract=marked_text(paper.abstract, breakdowns),
    )


def _shown(card: Card) -> list[str] | None:
    """Return the sections that a paper's page explains; None: the best."""
    return [choice.section.id for choice in card.candidates] or None
