"""Give every paper of a section a place that stays, so that archive pages keep their bytes."""

from collections.abc import Iterable, Mapping

from pipeline.publish.approved import ApprovedPaper
from pipeline.publish.feeds.sections import SectionHistory
from storage.approval_types import DecisionEvent
from storage.types import Verdict

#: arXiv IDs in the order in which a decision first named the section, by section
Places = Mapping[str, tuple[str, ...]]


def section_places(
    events: Iterable[DecisionEvent], history: SectionHistory, papers: Iterable[ApprovedPaper]
) -> Places:
    """Return the papers that ever were in each section, in the order in which they came.

    A paper that leaves keeps its place, so those after it do not move; one that comes later, from
    another section, gets a place at the end, where subscribers see it. A place that a change of the
    taxonomy gave, and no decision, comes last.

    Args:
        events: all decisions of every paper, in the order of recording.
        history: what the section IDs of all times mean today.
        papers: those that stand approved, the first approved first.
    """
    leads = {one: (one,) for one in history.keys} | {one.section: one.now for one in history.former}
    came: dict[str, dict[str, None]] = {section: {} for section in history.keys}
    for event in events:
        if event.undo or event.verdict is not Verdict.APPROVED:
            continue
        for named in event.sections:
            for section in leads.get(named, ()):
                came[section].setdefault(event.arxiv_id)
    for paper in papers:
        for section in paper.sections:
            if section in came:
                came[section].setdefault(paper.arxiv_id)
    return {section: tuple(those) for section, those in came.items()}
