"""Read the paper that is open, with what its card and its form need."""

from dataclasses import dataclass, replace

from starlette.requests import Request

from pipeline.review.double.weigh import open_words
from pipeline.review.remarks import remarks_on
from pipeline.review.web.card import Card, FormDraft, make_card
from pipeline.review.web.context import ReviewContext, context_of, reviewer_of
from pipeline.review.web.desk.repeat import repeated
from storage.highlights import Highlight
from storage.opinion_types import Opinion
from storage.store import Store
from storage.suggestion_types import Suggestion
from storage.types import Decision, Prediction, StoredPaper


@dataclass(frozen=True, slots=True)
class OpenPaper:
    """What the database has on the open paper."""

    stored: StoredPaper
    prediction: Prediction | None
    standing: Decision | None
    remarks: tuple[str, ...]
    highlights: tuple[Highlight, ...] = ()
    #: the reviewer's own word, which waits for another person's
    word: Opinion | None = None
    #: by people outside
    suggested: tuple[Suggestion, ...] = ()
    #: the reviewer decided it before and is not reminded of it
    repeats: bool = False


def read_open(
    store: Store, request: Request, arxiv_id: str, *, in_queue: bool = False
) -> OpenPaper | None:
    """Return a paper with its prediction and its decision, or None if it is not held.

    In the queue a paper that the reviewer decided long ago may be shown as a new one.

    Where two people read a paper, no one sees who highlights it before it is decided, because a
    highlight tells the verdict.
    """
    stored = store.papers.current(arxiv_id)
    if stored is None:
        return None
    reviewer, rules = reviewer_of(request), context_of(request).rules
    repeat = repeated(store, request, arxiv_id) if in_queue and rules.repeats else None
    if repeat is not None:
        return OpenPaper(
            stored,
            store.predictions.before(arxiv_id, repeat.decided_at),
            None,
            remarks_on(store, [stored.paper], {arxiv_id: stored.title_key}).get(arxiv_id, ()),
            repeats=True,
        )
    prediction = store.predictions.latest([arxiv_id]).get(arxiv_id)
    standing = store.decisions.standing([arxiv_id]).get(arxiv_id)
    highlights = store.highlights.of([arxiv_id]).get(arxiv_id, ())
    words = open_words(store.opinions.open_on([arxiv_id]).get(arxiv_id, ()), standing)
    if standing is None and (words or rules.double):
        highlights = tuple(one for one in highlights if one.reviewer == reviewer)
    return OpenPaper(
        stored,
        prediction,
        standing,
        remarks_on(store, [stored.paper], {arxiv_id: stored.title_key}).get(arxiv_id, ()),
        highlights,
        next((one for one in words if one.reviewer == reviewer), None),
        tuple(store.suggestions.of_paper(arxiv_id)),
    )


def card_of(context: ReviewContext, found: OpenPaper, draft: FormDraft | None = None) -> Card:
    """Return the card of a paper; with a draft the form is filled in."""
    card = make_card(
        found.stored,
        found.prediction,
        context.taxonomy,
        standing=found.standing,
        draft=draft,
        remarks=found.remarks,
        highlights=found.highlights,
        word=found.word,
        repeats=found.repeats,
    )
    return replace(card, suggested=found.suggested)
