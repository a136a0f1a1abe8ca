"""Find waiting papers that the model would decide against a ruling."""

from collections.abc import Sequence
from contextlib import suppress

from config.errors import LivingSurveyError
from pipeline.learn.documents import document_of
from pipeline.learn.explain.explainer import ExplainerCache
from pipeline.review.rulings.near import NEAR_ENOUGH, Likeness, Precedent, near_rulings
from pipeline.review.team.board import Contradicting
from storage.store import Store
from storage.types import Prediction, Verdict


def contradicting_by(
    explainers: ExplainerCache | None, precedents: Sequence[Precedent], likely_from: float
) -> Contradicting | None:
    """Return what compares papers with rulings; None without rulings, or until it is loaded."""
    explainer = None
    if precedents and explainers is not None:
        with suppress(LivingSurveyError):  # the desk says what is wrong with the model
            explainer = explainers.at_hand()
    if explainer is None:
        return None

    def contradicting(store: Store, arxiv_ids: Sequence[str]) -> frozenset[str]:
        return against_rulings(store, explainer, precedents, arxiv_ids, likely_from)

    return contradicting


def against_rulings(
    store: Store,
    likeness: Likeness,
    precedents: Sequence[Precedent],
    arxiv_ids: Sequence[str],
    likely_from: float,
) -> frozenset[str]:
    """Return the papers whose predicted decision contradicts a ruling on a near paper.

    Args:
        store: of the survey.
        likeness: compares texts.
        precedents: the rulings that stand.
        arxiv_ids: the waiting papers.
        likely_from: probability from which the model approves, into the first section.
    """
    papers, predictions = store.papers.get_many(arxiv_ids), store.predictions.latest(arxiv_ids)
    texts = {
        key: document_of(papers[key].paper)
        for key in arxiv_ids
        if key in papers and key in predictions
    }
    near: set[str] = set()
    for one in precedents:
        if one.document is not None and texts:
            # one product for all texts, because comparing each of them takes a pass each
            found = likeness.nearness(one.document, list(texts.values()))
            near |= {key for key, found_ in zip(texts, found, strict=True) if found_ >= NEAR_ENOUGH}
    return frozenset(
        key
        for key in near
        for ruling in near_rulings(likeness, texts[key], precedents, predictions[key])
        if ruling.contradicted_by(*_predicted(predictions[key], likely_from))
    )


def _predicted(prediction: Prediction, likely_from: float) -> tuple[Verdict, tuple[str, ...]]:
    if prediction.in_scope < likely_from:
        return Verdict.REJECTED, ()
    return Verdict.APPROVED, tuple(one.section for one in prediction.sections[:1])
