"""Show what the last act recorded, with its undo."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.requests import Request

from pipeline.review.rulings.near import NearRuling
from pipeline.review.web.against_rulings import contradicted_by
from pipeline.review.web.texts import shown_title
from storage.batches import BatchKind
from storage.errors import DecisionNotFoundError
from storage.store import Store
from storage.types import Decision


@dataclass(frozen=True, slots=True)
class Flash:
    """A decision and its paper's title, for a message or a list."""

    decision: Decision
    title: str
    #: number of papers that the same act decided
    together: int = 1
    #: rulings that it contradicts
    contradicts: tuple[NearRuling, ...] = ()


def flash_of(store: Store, request: Request) -> Flash | None:
    """Return the decision in `?done=`, looked up, so that a link cannot forge a message."""
    decision_id = request.query_params.get("done", "")
    if not decision_id:
        return None
    try:
        return flash_on(store, request, store.decisions.get(decision_id))
    except DecisionNotFoundError:
        return None


def flash_on(store: Store, request: Request, decision: Decision) -> Flash:
    """Return the message on a decision."""
    said = replace(
        with_title(store.papers.titles([decision.arxiv_id]), decision),
        contradicts=contradicted_by(store, request, decision),
    )
    batch_id = decision.batch_id
    if batch_id is None:
        return said
    batch = store.batches.get_many([batch_id]).get(batch_id)
    if batch is None or batch.kind is not BatchKind.BULK:
        return said
    return replace(said, together=len(store.decisions.of_batch(batch_id)))


def with_title(titles: Mapping[str, str], decision: Decision) -> Flash:
    """Return a decision with its paper's title."""
    return Flash(decision, shown_title(titles.get(decision.arxiv_id, ""), decision.arxiv_id))
