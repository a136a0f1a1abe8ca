"""Compare decisions with rulings: those just recorded, and those that stand against a ruling."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.learn.documents import document_of
from pipeline.learn.explain.explainer import load_explainer
from pipeline.review.rulings.near import (
    NEAR_ENOUGH,
    Likeness,
    NearRuling,
    Precedent,
    near_rulings,
)
from pipeline.review.rulings.precedents import read_precedents
from pipeline.runtime.services import Services
from storage.rulings import Ruling
from storage.store import Store
from storage.types import Decision, Paper, Prediction, Verdict

#: decisions that are compared in one call, newest first
_MOST = 5_000


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A decision and a ruling that it contradicts."""

    decision: Decision
    near: NearRuling

    @property
    def sentence(self) -> str:
        """What contradicts what, for people."""
        one, ruling = self.decision, self.near.ruling
        into = f" into {', '.join(one.sections)}" if one.sections else ""
        ruled = f" into {', '.join(ruling.sections)}" if ruling.sections else ""
        return (
            f"{one.arxiv_id} {one.verdict}{into} contradicts the ruling on {ruling.arxiv_id}"
            f' ({ruling.verdict}{ruled}, by {ruling.ruled_by}): "{ruling.sentence}"'
        )


@dataclass(frozen=True, slots=True)
class Compared:
    """A paper as it is compared."""

    paper: Paper
    prediction: Prediction | None
    decision: Decision


def contradictions(
    likeness: Likeness, precedents: Sequence[Precedent], compared: Sequence[Compared]
) -> tuple[Contradiction, ...]:
    """Return which of these decisions contradict which rulings, in their order."""
    return tuple(
        Contradiction(one.decision, near)
        for one in compared
        for near in near_rulings(likeness, document_of(one.paper), precedents, one.prediction)
        if near.contradicted_by(one.decision.verdict, one.decision.sections)
    )


def read_compared(store: Store, decisions: Sequence[Decision]) -> tuple[Compared, ...]:
    """Return the papers of decisions with their predictions."""
    ids = [one.arxiv_id for one in decisions]
    papers, predictions = store.papers.get_many(ids), store.predictions.latest(ids)
    return tuple(
        Compared(papers[one.arxiv_id].paper, predictions.get(one.arxiv_id), one)
        for one in decisions
        if one.arxiv_id in papers
    )


def contradicted(services: Services, decisions: Sequence[Decision]) -> tuple[Contradiction, ...]:
    """Return what these decisions contradict; the model is loaded only if there are rulings."""
    wanted = [one for one in decisions if one.verdict is not Verdict.DEFERRED][:_MOST]
    with services.open_store() as store:
        if not wanted or not store.rulings.last_event():
            return ()
        precedents, compared = read_precedents(store), read_compared(store, wanted)
    if not precedents:
        return ()
    return contradictions(_likeness(services), precedents, compared)


def near_to(services: Services, arxiv_id: str) -> tuple[NearRuling, ...]:
    """Return the rulings that a paper is like, nearest first; none if there are no rulings."""
    with services.open_store() as store:
        precedents = read_precedents(store) if store.rulings.last_event() else ()
        stored = store.papers.get(arxiv_id) if precedents else None
        prediction = store.predictions.latest([arxiv_id]).get(arxiv_id)
    if stored is None:
        return ()
    return near_rulings(_likeness(services), document_of(stored.paper), precedents, prediction)


def against(services: Services, ruling: Ruling) -> tuple[Contradiction, ...]:
    """Return the standing decisions of people, newest first, that contradict a ruling."""
    with services.open_store() as store:
        precedents = [
            one for one in read_precedents(store) if one.ruling.arxiv_id == ruling.arxiv_id
        ]
        examples = store.decisions.training()[-_MOST:]
        ids = [one.text.arxiv_id for one in examples]
        standing = store.decisions.standing(ids)
        compared = read_compared(store, [standing[key] for key in reversed(ids) if key in standing])
    if not precedents or precedents[0].document is None:
        return ()
    likeness = _likeness(services)
    texts = [document_of(one.paper) for one in compared]
    # One product for all texts, because a comparison of each with the ruling takes a pass each.
    near = likeness.nearness(precedents[0].document, texts)
    at_hand = [one for one, nearness in zip(compared, near, strict=True) if nearness >= NEAR_ENOUGH]
    return contradictions(likeness, precedents, at_hand)


def _likeness(services: Services) -> Likeness:
    return load_explainer(
        services.settings.classifier.models, services.taxonomy, services.open_store
    )
