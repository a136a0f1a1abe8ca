"""Highlight a paper for the digest, with a sentence, or take the highlight back."""

from collections.abc import Callable
from datetime import datetime

from pipeline.review.proposal import clean_note, reviewer_name
from pipeline.runtime.clock import check_clock
from storage.highlights import Highlight
from storage.store import OpenStore


def set_highlight(
    open_store: OpenStore,
    *,
    arxiv_id: str,
    reviewer: str,
    sentence: str,
    clock: Callable[[], datetime],
) -> Highlight:
    """Record a highlight and its sentence, which may be empty.

    Raises:
        PaperNotFoundError: the paper is unknown.
        UsageError: the sentence or the reviewer's name breaks a rule.
    """
    now = clock()
    one = Highlight(arxiv_id, reviewer_name(reviewer), clean_note(arxiv_id, sentence) or "", now)
    with open_store() as store, store.transaction():
        check_clock(store, now)
        store.highlights.set(one)
    return one


def clear_highlight(
    open_store: OpenStore, *, arxiv_id: str, reviewer: str, clock: Callable[[], datetime]
) -> None:
    """Record that a reviewer's highlight no longer stands."""
    now = clock()
    with open_store() as store, store.transaction():
        check_clock(store, now)
        store.highlights.clear(arxiv_id, reviewer_name(reviewer), now)
