"""Write the digest of a week in one go and record what was published.

It reads decisions, never predictions. A second run changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from config.taxonomy import Taxonomy
from pipeline.publish.digest.issue import Edition, build_issue, check_finished
from pipeline.publish.digest.types import CorrectedPaper
from pipeline.publish.digest.week import Week
from pipeline.publish.files import WrittenFile, write_file
from pipeline.runtime.clock import check_clock
from storage.store import OpenStore


@dataclass(frozen=True, slots=True)
class DigestReport:
    """What was written for one week."""

    week: Week
    #: the week had not ended, so nothing was recorded as published
    preliminary: bool
    #: distinct papers
    papers: int
    #: (kind of group, its key, papers) in the digest's order; every paper counts once
    groups: tuple[tuple[str, str, int], ...]
    #: section IDs in decisions that are not in the taxonomy
    unknown_sections: tuple[str, ...]
    #: approved in the week and withdrawn at arXiv since: named, not listed
    withdrawn: tuple[CorrectedPaper, ...]
    #: what the digest says of papers approved before
    corrections: tuple[CorrectedPaper, ...]
    #: Markdown, HTML and text of each language, then JSON
    files: tuple[WrittenFile, ...]

    @property
    def changed(self) -> bool:
        """Whether the bytes of any file changed."""
        return any(file.changed for file in self.files)


def write_digest(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    edition: Edition,
    week: Week,
    *,
    now: datetime,
    allow_unfinished: bool = False,
) -> DigestReport:
    """Write the digest of a week: Markdown, HTML and text a language, and one JSON file.

    Raises:
        UnfinishedWeekError: the week is in the future or has not ended (see `allow_unfinished`).
        UnknownLanguageError: a language has no phrases.
        DigestNotWrittenError: a file could not be written; nothing was recorded.
        WrongClockError: the clock cannot be right, so neither can the last complete week.
    """
    with open_store() as store:
        check_clock(store, now)
    finished = check_finished(week, now, allow_unfinished=allow_unfinished)
    with open_store() as store:
        issue = build_issue(store, taxonomy, edition, week, preliminary=not finished)
    digest, build = issue.digest, issue.build
    files = tuple(write_file(file.path, file.data) for file in build.files)
    if build.entries and finished:
        with open_store() as store:
            store.published.record(build.target, build.entries, now)
    return DigestReport(
        week=week,
        preliminary=not finished,
        papers=digest.papers,
        groups=tuple((one.kind, one.key, len(one.entries)) for one in digest.groups),
        unknown_sections=digest.unknown_sections,
        withdrawn=digest.withdrawn,
        corrections=digest.corrections,
        files=files,
    )
