"""Make the entries of the feed of changes: each real change of an approved paper, once.

A paper whose entry stands on an archive page changes there, where no subscriber looks again.
"""

from collections.abc import Iterable
from dataclasses import replace

from pipeline.publish.approved import ApprovedPaper
from pipeline.publish.feeds import text
from pipeline.publish.feeds.atom import instant
from pipeline.publish.feeds.types import Entry
from pipeline.publish.feeds.words import say
from pipeline.publish.identity import SurveyIdentity

#: entries; an older change is in the paper's own entry
MOST = 100


def changed_entries(
    papers: Iterable[ApprovedPaper],
    entries: Iterable[Entry],
    identity: SurveyIdentity,
    language: str,
) -> tuple[Entry, ...]:
    """Return an entry for the last real change of each paper that changed, the newest first.

    Its ID is of paper and instant: the next change is another entry, and asking again is none.

    Args:
        papers: those that stand approved.
        entries: of the same papers.
        identity: of the survey.
        language: of the feed.
    """
    of_paper = {one.arxiv_id: one for one in entries}
    changed = sorted(
        (one for one in papers if one.changed_at > one.approved_at),
        key=lambda one: (one.changed_at, one.arxiv_id),
        reverse=True,
    )
    return tuple(_changed(of_paper[one.arxiv_id], identity, language) for one in changed[:MOST])


def _changed(entry: Entry, identity: SurveyIdentity, language: str) -> Entry:
    said = say(language, "changed_said", date=entry.updated.date().isoformat())
    return replace(
        entry,
        id=identity.change(entry.arxiv_id, instant(entry.updated)),
        title=say(language, "changed", title=entry.title),
        published=entry.updated,
        content=f"{text.element('p', said)}{entry.content}",
    )
