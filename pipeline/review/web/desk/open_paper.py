"""Read the paper that is open, with what its card and its form need."""

from dataclasses import dataclass

from pipeline.review.remarks import remarks_on
from pipeline.review.web.card import Card, FormDraft, make_card
from pipeline.review.web.context import ReviewContext
from storage.highlights import Highlight
from storage.store import Store
from storage.types import Decision, Prediction, StoredPaper


@dataclass(frozen=True, slots=True)
class OpenPaper:
    """What the database has on the open paper."""

    stored: StoredPaper
    prediction: Prediction | None
    standing: Decision | None
    remarks: tuple[str, ...]
    highlights: tuple[Highlight, ...] = ()


def read_open(store: Store, arxiv_id: str) -> OpenPaper | None:
    """Return a paper with its prediction and its decision, or None if it is not held."""
    stored = store.papers.current(arxiv_id)
    if stored is None:
        return None
    return OpenPaper(
        stored,
        store.predictions.latest([arxiv_id]).get(arxiv_id),
        store.decisions.standing([arxiv_id]).get(arxiv_id),
        remarks_on(store, [stored.paper], {arxiv_id: stored.title_key}).get(arxiv_id, ()),
        store.highlights.of([arxiv_id]).get(arxiv_id, ()),
    )


def card_of(context: ReviewContext, found: OpenPaper, draft: FormDraft | None = None) -> Card:
    """Return the card of a paper; with a draft the form is filled in."""
    return make_card(
        found.stored,
        found.prediction,
        context.taxonomy,
        standing=found.standing,
        draft=draft,
        remarks=found.remarks,
        highlights=found.highlights,
    )
