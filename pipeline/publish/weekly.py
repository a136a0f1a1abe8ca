"""Publish the digest of one week, or write a preliminary one."""

from dataclasses import dataclass, replace

from pipeline.publish.digest.gather import target_of
from pipeline.publish.digest.issue import Issue, check_finished, issue_of
from pipeline.publish.digest.types import CorrectedPaper
from pipeline.publish.digest.week import Week
from pipeline.publish.files import WrittenFile, write_file
from pipeline.publish.publication import Build
from pipeline.publish.publish import Asked, publish
from pipeline.publish.report import TargetReport
from pipeline.publish.targets import recorded_target
from pipeline.runtime.clock import check_clock
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services


@dataclass(frozen=True, slots=True)
class DigestReport:
    """What became of the digest of one week."""

    week: Week
    #: the week had not ended, so nothing was judged or recorded as published
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
    #: Markdown, HTML and text of each language, then JSON; nothing is written if it was refused
    files: tuple[WrittenFile, ...]
    #: None: it is preliminary
    published: TargetReport | None

    @property
    def changed(self) -> bool:
        """Whether the bytes of any file changed."""
        return any(file.changed for file in self.files)


def publish_week(
    services: Services, run: Run, week: Week, *, person: str, allow_unfinished: bool = False
) -> DigestReport:
    """Publish the digest of a week as the target `digest`; of an unfinished week, only write it.

    Raises:
        UnfinishedWeekError: the week is in the future or has not ended (see `allow_unfinished`).
        UnknownLanguageError: a language has no phrases.
        DigestNotWrittenError: a file of an unfinished week could not be written.
        WrongClockError: the clock cannot be right, so neither can the last complete week.
    """
    now = services.clock()
    with services.open_store() as store:
        check_clock(store, now)
    if not check_finished(week, now, allow_unfinished=allow_unfinished):
        issue = issue_of(services, week, preliminary=True)
        files = tuple(write_file(file.path, file.data) for file in issue.build.files)
        return _report(week, issue, files, None)
    built: list[Issue] = []

    def build(services: Services) -> Build:
        built.append(issue_of(services, week))
        return built[-1].build

    target = replace(recorded_target(target_of(week), services.settings), build=build)
    (published,) = publish(services, run, [target], Asked(person))
    # Without an issue it could not be built; building it again says why.
    issue = built[0] if built else issue_of(services, week)
    written = {file.path for file in published.files} if published.act_id else set()
    files = tuple(WrittenFile(file.path, file.path in written) for file in issue.build.files)
    return _report(week, issue, files, published)


def _report(
    week: Week, issue: Issue, files: tuple[WrittenFile, ...], published: TargetReport | None
) -> DigestReport:
    digest = issue.digest
    return DigestReport(
        week=week,
        preliminary=published is None,
        papers=digest.papers,
        groups=tuple((one.kind, one.key, len(one.entries)) for one in digest.groups),
        unknown_sections=digest.unknown_sections,
        withdrawn=digest.withdrawn,
        corrections=digest.corrections,
        files=files,
        published=published,
    )
