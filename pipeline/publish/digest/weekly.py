"""Write the digest of a week and record what was published.

It reads decisions, never predictions. A second run changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.errors import UsageError
from config.taxonomy import Taxonomy, parse_taxonomy
from pipeline.publish.digest.build import OTHER, CorrectedPaper, Digest, build_digest
from pipeline.publish.digest.corrections import week_corrections
from pipeline.publish.digest.render import Form, file_stem, render
from pipeline.publish.digest.week import Week
from pipeline.publish.files import WrittenFile, write_file
from pipeline.runtime.clock import check_clock
from storage.store import OpenStore
from storage.types import LIST_REVIEWER, ApprovedPaper


class UnfinishedWeekError(UsageError):
    """The week has not ended, so its digest would not be final."""


@dataclass(frozen=True, slots=True)
class DigestReport:
    """What was written for one week."""

    week: Week
    #: the week had not ended, so nothing was recorded as published
    preliminary: bool
    #: distinct papers
    papers: int
    #: (section id, papers) in the digest's order; a paper counts in each of its sections
    sections: tuple[tuple[str, int], ...]
    #: section ids in decisions that are not in the taxonomy
    unknown_sections: tuple[str, ...]
    #: approved in the week and withdrawn at arXiv since: named, not listed
    withdrawn: tuple[CorrectedPaper, ...]
    #: what the digest says of papers approved before
    corrections: tuple[CorrectedPaper, ...]
    #: Markdown, then HTML, of each language
    files: tuple[WrittenFile, ...]

    @property
    def changed(self) -> bool:
        """Whether the bytes of any file changed."""
        return any(file.changed for file in self.files)


def write_digest(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    week: Week,
    *,
    output: Path,
    languages: Sequence[str],
    survey_title: str,
    now: datetime,
    allow_unfinished: bool = False,
) -> DigestReport:
    """Write the digest of a week into the directory `output`, a Markdown and an HTML file each.

    The first language names its files `2026-W12.md` and `.html`, others `2026-W12.zh.md`.

    Raises:
        UnfinishedWeekError: the week is in the future or has not ended (see `allow_unfinished`).
        UnknownLanguageError: a language has no phrases.
        DigestNotWrittenError: a file could not be written; nothing was recorded.
        WrongClockError: the clock cannot be right, so neither can the last complete week.
    """
    with open_store() as store:
        check_clock(store, now)
    preliminary = _is_unfinished(week, now, allow_unfinished=allow_unfinished)
    with open_store() as store:
        # Entries of the list are left out: readers have them, and importing the list later
        # must not change the digest of an old week.
        approved = [
            paper
            for paper in store.decisions.approved_between(week.start, week.end)
            if paper.reviewer != LIST_REVIEWER
        ]
        corrected = week_corrections(store, week, approved)
        replaced = store.taxonomy.in_force_at(week.end)
    if replaced is not None:
        # An old week keeps the sections and names of its time, so that its file does not change.
        taxonomy = parse_taxonomy(replaced, f"the taxonomy of {week}")
    digest = build_digest(
        approved,
        taxonomy,
        week,
        survey_title=survey_title,
        preliminary=preliminary,
        corrected=corrected,
    )
    codes = tuple(dict.fromkeys(languages))
    texts = [
        (
            output / f"{file_stem(week, code, codes)}.{form}",
            render(digest, form, code, languages=codes),
        )
        for code in codes
        for form in Form
    ]
    files = tuple(write_file(path, text) for path, text in texts)
    if digest.papers and not preliminary:
        with open_store() as store:
            store.published.record(f"digest:{week}", _placements(digest, approved), now)
    return DigestReport(
        week=week,
        preliminary=preliminary,
        papers=digest.papers,
        sections=tuple((section.id, section.papers) for section in digest.sections),
        unknown_sections=digest.unknown_sections,
        withdrawn=digest.withdrawn,
        corrections=digest.corrections,
        files=files,
    )


def _is_unfinished(week: Week, now: datetime, *, allow_unfinished: bool) -> bool:
    last = Week.last_complete(now)
    if week.start > now:
        raise UnfinishedWeekError(
            f"The week {week} is in the future.", hint=f"The last complete week is {last}."
        )
    if week.end > now and not allow_unfinished:
        raise UnfinishedWeekError(
            f"The week {week} ends on {week.last_day:%Y-%m-%d} at midnight UTC.",
            hint=f"Take {last}, the last complete week, or --unfinished for a preliminary one.",
        )
    return week.end > now


def _placements(digest: Digest, approved: Sequence[ApprovedPaper]) -> list[tuple[str, str]]:
    """Return every decided (paper, section) pair of the listed papers."""
    withdrawn = {paper.arxiv_id for paper in digest.withdrawn}
    return [
        (paper.arxiv_id, id_)
        for paper in approved
        if paper.arxiv_id not in withdrawn
        for id_ in paper.sections or (OTHER,)
    ]
