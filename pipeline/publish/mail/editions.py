"""Decide from which files the next mails of a mailing are made, and which papers they leave out.

A mailing keeps the files it began with. Two things change what those get who have nothing yet, and
only when a person asks for it: papers that were taken back since are named instead of listed, and
an issue that was published again replaces the files. Both are events of the receipt.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pipeline.publish.digest.week import Week
from pipeline.publish.mail import books
from pipeline.publish.mail.issue_files import (
    IssueFiles,
    IssueNotMailedError,
    keep_issue,
    kept_issue,
    published_issue,
)
from pipeline.publish.mail.journal import open_journal
from pipeline.publish.mail.taken_back import TakenBackError, taken_back
from pipeline.runtime.services import Services
from storage.mail_types import MailKind, RecordedMailing

#: begins the detail of an event that replaces the files
_FILES = "files"


@dataclass(frozen=True, slots=True)
class Edition:
    """What the next mails are made of."""

    #: of the issues' files
    digest: str
    #: arXiv ID -> `withdrawn` or `taken_back`; named, not listed
    gone: Mapping[str, str] = field(default_factory=dict)
    #: of files that replaced those of the beginning
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class ToMail:
    """The issues of a mailing."""

    issues: tuple[IssueFiles, ...]
    #: as in `Edition`
    gone: Mapping[str, str] = field(default_factory=dict)


def edition_of(recorded: RecordedMailing) -> Edition:
    """Return what the next mails of a mailing are made of."""
    digest, gone = recorded.mailing.digest, {}
    for event in recorded.events:
        if event.kind is MailKind.CORRECTED:
            what, _, named = event.detail.partition(" ")
            if what == _FILES:
                digest = named
            else:
                gone[named] = what
    return Edition(digest, gone, digest != recorded.mailing.digest)


def issues_in_force(
    services: Services, recorded: RecordedMailing, *, corrected: bool = False
) -> ToMail:
    """Return what the next mails are made of, and record what is corrected from now on.

    Copies that are lost are made again from the published issue if that is still the same. The
    caller holds the lock of mail.

    Args:
        services: store, settings, clock.
        recorded: the mailing.
        corrected: take the issue as it is published now, and name what was taken back.

    Raises:
        IssueNotMailedError: the copies are lost and the issue was published otherwise since, or
            no paper is left.
        TakenBackError: papers were taken back, and the call does not say `corrected`.
    """
    before = edition_of(recorded)
    now = issues_if(services, recorded, corrected=corrected)
    directory = services.settings.mail.journal
    digest = books.digest_of_issues(now.issues)
    _keep(directory, recorded, now.issues, before)
    events = [f"{_FILES} {digest}"] if digest != before.digest else []
    events += [f"{what} {key}" for key, what in now.gone.items() if key not in before.gone]
    if events:
        _note(directory, recorded.mailing.name, events, services.clock())
    return now


def issues_if(services: Services, recorded: RecordedMailing, *, corrected: bool) -> ToMail:
    """Return what the next mails would be made of; nothing is written.

    Raises:
        IssueNotMailedError, TakenBackError: as `issues_in_force`.
    """
    edition = edition_of(recorded)
    weeks = [Week.parse(one) for one in recorded.mailing.weeks]
    if corrected:
        issues = tuple(published_issue(services, week) for week in weeks)
    else:
        issues = _kept(services, recorded, edition, weeks)
    return standing(services, issues, known=edition.gone, corrected=corrected)


def standing(
    services: Services,
    issues: tuple[IssueFiles, ...],
    *,
    known: Mapping[str, str] | None = None,
    corrected: bool = False,
) -> ToMail:
    """Return issues with what was taken back from them.

    Args:
        services: store.
        issues: to be mailed.
        known: what was to be named before.
        corrected: whether more may be.

    Raises:
        TakenBackError: more papers were taken back, and `corrected` is not said.
        IssueNotMailedError: no paper is left.
    """
    with services.open_store() as store:
        gone = taken_back(store, issues)
    known = known or {}
    new = {key: what for key, what in gone.items() if key not in known}
    if new and not corrected:
        raise TakenBackError(new)
    listed = {key for one in issues for key in one.papers}
    left_out = {key: what for key, what in {**new, **known}.items() if key in listed}
    if listed and not listed - set(left_out):
        raise IssueNotMailedError(
            "No paper of the issue stands any more.",
            hint="If some have the mail, `living-survey mail close WEEK` ends it with its receipt.",
        )
    return ToMail(issues, left_out)


def _kept(
    services: Services, recorded: RecordedMailing, edition: Edition, weeks: list[Week]
) -> tuple[IssueFiles, ...]:
    """Return the copies, or the published issues if those are the same."""
    directory = services.settings.mail.journal
    try:
        kept = tuple(
            kept_issue(place, week)
            for week, place in zip(weeks, _places(directory, recorded, edition), strict=True)
        )
    except IssueNotMailedError:
        kept = ()
    if kept and books.digest_of_issues(kept) == edition.digest:
        return kept
    name = recorded.mailing.name
    hint = (
        f"Put {name}-issue back from a copy. Else `living-survey mail send --corrected` sends the"
        f" issue as it is published now to those who have nothing yet, and `living-survey mail"
        f" close {name}` ends it with its receipt."
    )
    what = "were changed" if kept else "are lost"
    try:
        found = tuple(published_issue(services, week) for week in weeks)
    except IssueNotMailedError as error:
        raise IssueNotMailedError(
            f"The copies of the issues of {name} in {directory} {what}. {error.message}", hint=hint
        ) from error
    if books.digest_of_issues(found) != edition.digest:
        raise IssueNotMailedError(
            f"The copies of the issues of {name} in {directory} {what}, and the issue was"
            " published otherwise since.",
            hint=hint,
        )
    return found


def _places(directory: Path, recorded: RecordedMailing, edition: Edition) -> Iterator[Path]:
    mailing = recorded.mailing
    for week in mailing.weeks:
        yield books.kept_directory(
            directory, mailing.name, week, edition.digest if edition.replaced else ""
        )


def _keep(
    directory: Path,
    recorded: RecordedMailing,
    issues: tuple[IssueFiles, ...],
    before: Edition,
) -> None:
    """Copy the files of the next mails where that is not done."""
    digest = books.digest_of_issues(issues)
    edition = before
    if digest != before.digest:
        edition = Edition(digest, replaced=digest != recorded.mailing.digest)
    for issue, place in zip(issues, _places(directory, recorded, edition), strict=True):
        try:
            same = kept_issue(place, issue.week) == issue
        except IssueNotMailedError:
            same = False
        if not same:
            keep_issue(place, issue)


def _note(directory: Path, name: str, events: list[str], at: datetime) -> None:
    with open_journal(directory, name) as journal:
        for detail in events:
            journal.note("", MailKind.CORRECTED, at, detail=detail)
