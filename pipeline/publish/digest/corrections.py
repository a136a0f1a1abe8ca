"""What a digest corrects: approved papers that arXiv has withdrawn, restored or renamed since."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.ingest.corrections import Correction, corrections
from pipeline.publish.digest.week import Week
from storage.changes import Change
from storage.store import Store
from storage.types import ApprovedPaper

_KINDS = ("withdrawn", "restored", "title")
_BEFORE_ALL = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WeekCorrections:
    """What arXiv changed in approved papers, for one digest."""

    #: approved in the week and withdrawn at arXiv by now: not listed
    withdrawn: tuple[ApprovedPaper, ...] = ()
    #: of earlier papers, and new titles of the week's, as seen in the week
    corrections: tuple[Correction, ...] = ()


NO_CORRECTIONS = WeekCorrections()


def week_corrections(
    store: Store, week: Week, approved: Sequence[ApprovedPaper]
) -> WeekCorrections:
    """Return the corrections of a week whose approvals are `approved`.

    A correction belongs to the week in which it was seen, so that it is named once and an old
    digest stays the same. A withdrawal of the week's own papers is named whenever it was seen,
    because a withdrawn paper is never listed.
    """
    gone = store.papers.withdrawn(paper.arxiv_id for paper in approved)
    changes = store.changes.between(week.start, week.end, _KINDS)
    earlier = store.decisions.approved_between(_BEFORE_ALL, week.start) if changes else []
    told = _told(changes, earlier, approved, gone)
    # The titles of that time, because an old digest stays the same.
    titles = {paper.arxiv_id: paper.title for paper in (*earlier, *approved)}
    titles |= {change.arxiv_id: change.new or "" for change in told if change.kind == "title"}
    return WeekCorrections(
        withdrawn=tuple(paper for paper in approved if paper.arxiv_id in gone),
        corrections=corrections(told, titles),
    )


def _told(
    changes: Sequence[Change],
    earlier: Sequence[ApprovedPaper],
    approved: Sequence[ApprovedPaper],
    gone: Collection[str],
) -> list[Change]:
    """Return the changes to papers that were approved before, without the week's withdrawn ones."""
    known = {paper.arxiv_id for paper in earlier}
    decided = {paper.arxiv_id: paper.decided_at for paper in approved}
    return [
        change
        for change in changes
        if change.arxiv_id not in gone or change.arxiv_id not in decided
        if change.arxiv_id in known
        or (change.arxiv_id in decided and decided[change.arxiv_id] < change.seen_at)
    ]
