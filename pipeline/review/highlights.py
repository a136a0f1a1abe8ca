"""Highlight a paper for the digest, with a sentence, or take the highlight back."""

from collections.abc import Callable
from datetime import datetime

from config.errors import UsageError
from config.visible import one_line
from pipeline.review.proposal import NOTE_LIMIT, reviewer_name
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
    one = Highlight(arxiv_id, reviewer_name(reviewer), read_sentence(sentence), now)
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


def read_sentence(text: str) -> str:
    """Return the sentence on one line, or raise UsageError."""
    sentence = one_line(text)
    if len(sentence) > NOTE_LIMIT:
        raise UsageError(
            f"The highlight's sentence has {len(sentence):,} characters; the limit is"
            f" {NOTE_LIMIT:,}.",
            hint="Shorten it.",
        )
    return sentence
