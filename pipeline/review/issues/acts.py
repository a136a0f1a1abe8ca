"""Record an editor's acts on an issue: edits, builds, approvals."""

from collections.abc import Callable
from datetime import datetime

from config.errors import UsageError
from pipeline.review.issues.desk import IssueDesk, IssueDraft
from pipeline.review.issues.edits import Merge, Typed, apply, merge
from pipeline.review.proposal import reviewer_name
from pipeline.runtime.clock import check_clock
from storage.errors import IssueStateError
from storage.issue_types import IssueEdits
from storage.store import OpenStore


class NotAPublisherError(UsageError):
    """The person may not approve issues."""


def save(
    open_store: OpenStore,
    week: str,
    typed: Callable[[IssueEdits], Typed],
    *,
    editor: str,
    clock: Callable[[], datetime],
    seen: int | None = None,
) -> Merge:
    """Record what an editor typed, unless someone else changed the same field meanwhile.

    `seen` is the `edition` of the edits that the editor saw; None: the present ones. `typed` makes
    of these what the editor wants. With a conflict nothing is recorded.

    Raises:
        PaperNotFoundError: a note or a highlight is on an unknown paper.
    """
    now = clock()
    name = reviewer_name(editor)
    with open_store() as store, store.transaction():
        check_clock(store, now)
        theirs = store.issues.edits(week)
        before = theirs if seen is None else store.issues.edits(week, until=seen)
        joined = merge(before, apply(before, typed(before)), theirs)
        if not joined.conflicts:
            store.issues.edit(joined.edits, name, now)
    return joined


def build(
    desk: IssueDesk,
    open_store: OpenStore,
    week: str,
    *,
    editor: str,
    clock: Callable[[], datetime],
) -> IssueDraft:
    """Build an issue and record what it was built from."""
    now = clock()
    draft = desk.draft(open_store, week, now)
    with open_store() as store, store.transaction():
        check_clock(store, now)
        store.issues.built(draft.edits, draft.digest, draft.figures, reviewer_name(editor), now)
    return draft


def approve(
    desk: IssueDesk,
    open_store: OpenStore,
    week: str,
    *,
    editor: str,
    clock: Callable[[], datetime],
    seen: str | None = None,
) -> IssueDraft:
    """Record that an issue may be sent out as it was built.

    `seen` is the digest of the build that the person looked at; None: the last one.

    Raises:
        NotAPublisherError: this person may not.
        IssueStateError: it is not built, or what is recorded now gives other bytes.
    """
    _check_publisher(desk, editor)
    now = clock()
    draft = desk.draft(open_store, week, now)
    if draft.preliminary:
        raise IssueStateError(
            f"The week {draft.week} has not ended.", hint="Approve its issue when it has."
        )
    if seen is not None and seen != draft.digest:
        raise IssueStateError(
            f"The issue {draft.week} is no longer what you looked at.",
            hint="Look at the preview, then approve it.",
        )
    with open_store() as store, store.transaction():
        check_clock(store, now)
        store.issues.approve(draft.week, draft.digest, reviewer_name(editor), now)
    return draft


def withdraw(
    desk: IssueDesk,
    open_store: OpenStore,
    week: str,
    *,
    editor: str,
    clock: Callable[[], datetime],
) -> None:
    """Record that an issue is no longer approved.

    Raises:
        NotAPublisherError: this person may not.
        IssueStateError: it is not approved, or published already.
    """
    _check_publisher(desk, editor)
    now = clock()
    with open_store() as store, store.transaction():
        check_clock(store, now)
        store.issues.withdraw(week, reviewer_name(editor), now)


def _check_publisher(desk: IssueDesk, name: str) -> None:
    if not desk.may_approve(name):
        raise NotAPublisherError(
            f"{name} may not approve issues.",
            hint=f"[publish] publishers names who may: {', '.join(desk.publishers)}.",
        )
