"""`publish`: the list, the digest, the feeds and the site, after the gate."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from config.errors import UsageError
from config.schema import Settings
from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.cli.ended import standing_freeze
from pipeline.cli.session import session
from pipeline.publish.digest.issue import check_finished
from pipeline.publish.digest.week import Week
from pipeline.publish.freeze import last_issue
from pipeline.publish.publish import Asked, publish
from pipeline.publish.report import Outcome, TargetReport
from pipeline.publish.targets import Target, named_targets, recorded_target
from pipeline.review.proposal import reviewer_name
from pipeline.runtime.ending import refuse_later
from pipeline.runtime.jobs import succeeded
from pipeline.runtime.plurals import counted
from pipeline.runtime.record import Run
from pipeline.runtime.services import open_services

#: files that are named on the terminal; --json names all
_FILES = 40


@command(
    "publish",
    examples="""
    living-survey publish --dry-run
    living-survey publish
    living-survey publish --target digest --week 2026-W12
    living-survey publish --target feeds
    living-survey publish --target site
    living-survey publish --again --dry-run
    living-survey publish --override "One workshop came at once." --reviewer ada
    """,
)
def publish_(
    invocation: Invocation,
    target: Annotated[
        list[str] | None,
        typer.Option("--target", metavar="NAME", help="list, digest, feeds or site; repeatable."),
    ] = None,
    week: Annotated[
        str | None,
        typer.Option(help="ISO week of the digest such as 2026-W12; else the last complete one."),
    ] = None,
    override: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Set refusals aside; the reason is recorded."),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--reviewer", metavar="NAME", help="Who publishes.")
    ] = None,
    *,
    again: Annotated[
        bool,
        typer.Option("--again", help="Also every issue that is out, with the settings of now."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; write nothing.")
    ] = False,
) -> Answer:
    """Publish what was approved: the list, the digest, the feeds, the site.

    Each target is built from decisions, recounted and checked before its files are replaced. A
    target that is refused keeps its last publication and does not stop the others; some refusals
    can be set aside with --override and a reason. A second call writes nothing. Exit status: 0
    done or nothing to publish, 1 something was refused or failed (it says what and how to go on).
    """
    settings = invocation.settings
    asked = Asked(
        person=reviewer_name(by) if by is not None else reviewer_of(settings),
        dry_run=dry_run,
        override=_reason(override),
    )
    _check_right(asked, settings)
    now = open_services(settings).clock()
    freeze = standing_freeze(settings)
    of_week = Week.parse(week) if week else last_issue(freeze, Week.last_complete(now))
    refuse_later(freeze, of_week.first_day, str(of_week))
    check_finished(of_week, now)
    targets = named_targets(target or (), settings, of_week)
    if again:
        if target or week:
            raise UsageError("--again names all issues.", hint="Leave --target and --week out.")
        targets = _with_issues(settings, targets)
    if dry_run:
        reports = publish(open_services(settings, read_only=True), Run(), targets, asked)
    else:
        with session(invocation, "publish", lock="publish") as opened:
            reports = publish(opened.services, opened.run, targets, asked)
    status = max((one.exit_status for one in reports), default=0)
    if not status and not dry_run:
        succeeded(settings.database.path, "publish")
    return Answer(
        {"dry_run": dry_run, "targets": reports},
        tuple(
            line for one in reports for line in (*target_lines(one), *_files(one, dry_run=dry_run))
        ),
        status=status,
    )


def _with_issues(settings: Settings, targets: Sequence[Target]) -> tuple[Target, ...]:
    """Return every issue that is out, the oldest first, then the targets: a site shows them."""
    with open_services(settings, read_only=True).open_store() as store:
        names = sorted(one.target for one in store.publications.latest() if ":" in one.target)
    issues = tuple(recorded_target(name, settings) for name in names)
    return (*issues, *(one for one in targets if one.name not in names))


def _reason(text: str | None) -> str | None:
    if text is not None and not text.strip():
        raise UsageError(
            "--override needs a reason, which is recorded.",
            hint='Write it in quotes: --override "The list was split in two."',
        )
    return " ".join(text.split()) if text else None


def _check_right(asked: Asked, settings: Settings) -> None:
    if asked.override and not settings.publish.may_publish(asked.person):
        raise UsageError(
            f"{asked.person} may not set refusals aside.",
            hint=f"[publish] publishers names {', '.join(settings.publish.publishers)}.",
        )


def target_lines(report: TargetReport) -> Iterator[str]:
    """Yield what became of a target, and why."""
    papers = counted(report.papers, "paper")
    if report.outcome is Outcome.REFUSED:
        yield f"{report.target}: refused, its last publication stays"
        for refusal in report.refusals:
            final = " It cannot be set aside." if refusal.final else ""
            yield f"  {refusal.sentence} {refusal.remedy}{final}"
    elif report.outcome is Outcome.FAILED:
        yield f"{report.target}: failed. {report.error} {report.hint}".rstrip()
    elif report.outcome is Outcome.UNCHANGED:
        yield f"{report.target}: nothing to publish, {papers}"
    else:
        yield f"{report.target}: {report.outcome}, {papers}, {len(report.new)} of them new"
    for refusal in report.overridden:
        yield f"  set aside: {refusal.sentence}"
    for note in report.notes:
        yield f"  {note}"


def _files(report: TargetReport, *, dry_run: bool) -> Iterator[str]:
    """Yield the written files; of a dry run those that would be, with the lines that change."""
    if not dry_run and report.outcome is not Outcome.PUBLISHED:
        return
    shown = report.files[:_FILES]
    for file in shown:
        if file.removed:
            yield f"  {file.path}  removed"
            continue
        before = "new" if file.size_before is None else f"{file.size_before:,} before"
        yield f"  {file.path}  {file.size:,} bytes, {before}"
        if dry_run and file.diff:
            yield from file.diff.removesuffix("\n").split("\n")
    if rest := len(report.files) - len(shown):
        yield f"  and {counted(rest, 'more file')}"
