"""Find what an issue lacks before it goes out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlencode

from pipeline.review.issues.desk import HIGHLIGHTS, IssueDraft
from pipeline.review.selection import Days, Selection
from pipeline.runtime.plurals import counted
from storage.queue_filter import QueueLimits
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a reviewer and may change the issue."""

    corrections: int
    #: likely papers announced in the week
    undecided: int


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that an issue lacks."""

    says: str
    #: address on the review pages where it is corrected; empty: none
    where: str = ""


def what_waits(store: Store, draft: IssueDraft, limits: QueueLimits, today: date) -> Waiting:
    """Count what waits for a reviewer and may change an issue."""
    wanted = _undecided(draft, limits).to_filter(newest_day=None, limits=limits)
    return Waiting(
        corrections=store.corrections.count(),
        undecided=store.queue.tally(wanted, today=today, limits=limits).size,
    )


def missing(draft: IssueDraft, waiting: Waiting, limits: QueueLimits) -> tuple[Missing, ...]:
    """Return what an issue lacks, in the order of the page."""
    return (*_of_the_week(draft), *_of_papers(draft), *_that_wait(draft, waiting, limits))


def _of_the_week(draft: IssueDraft) -> Iterator[Missing]:
    if draft.preliminary:
        yield Missing(f"The week ends on {draft.last_day}.")
    if not draft.papers:
        yield Missing("No paper was approved in this week.", "/queue")
    for language in draft.pages:
        if language not in draft.edits.lead:
            yield Missing(f"No lead in {language}: it is made of the counts.", f"#lead-{language}")
    shown = len(draft.highlights)
    if shown < min(HIGHLIGHTS, len(draft.papers)):
        yield Missing(f"{counted(shown, 'highlight')} of {HIGHLIGHTS}.", "#papers")


def _of_papers(draft: IssueDraft) -> Iterator[Missing]:
    for paper in draft.papers:
        if not (paper.claim or paper.arxiv_id in draft.edits.notes):
            yield Missing(f"{paper.arxiv_id} has no claim.", f"#note-{quote(paper.arxiv_id)}")
    for arxiv_id in edited_elsewhere(draft):
        yield Missing(f"{arxiv_id} was edited and is not in the issue.", f"#note-{quote(arxiv_id)}")


def edited_elsewhere(draft: IssueDraft) -> tuple[str, ...]:
    """Return the papers with a note or a place that the issue does not list."""
    listed = {paper.arxiv_id for paper in draft.papers}
    edited = dict.fromkeys((*(draft.edits.highlights or ()), *draft.edits.notes))
    return tuple(arxiv_id for arxiv_id in edited if arxiv_id not in listed)


def _that_wait(draft: IssueDraft, waiting: Waiting, limits: QueueLimits) -> Iterator[Missing]:
    if waiting.corrections:
        yield Missing(f"{counted(waiting.corrections, 'correction')} in the inbox.", "/inbox")
    if waiting.undecided:
        query = urlencode(_undecided(draft, limits).to_query())
        yield Missing(
            f"{counted(waiting.undecided, 'likely paper')} of the week without a decision.",
            f"/queue?{query}",
        )


def _undecided(draft: IssueDraft, limits: QueueLimits) -> Selection:
    return Selection(
        announced=Days(draft.first_day, draft.last_day),
        at_least=round(limits.likely_from * 100, 6),
    )
