"""`issue`: how far the digest of a week is; edit, build and approve it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from config.errors import UsageError
from pipeline.cli.answer import Answer, Heading, Text
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.cli.issue_desk import issue_desk
from pipeline.review.issues import acts
from pipeline.review.issues.desk import IssueDesk, IssueDraft
from pipeline.review.issues.edits import Typed, read_lead, read_note
from pipeline.review.issues.missing import Missing, missing, what_waits
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services, open_services
from storage.calendar import announcement_day
from storage.issue_types import IssueEdits, IssueRecord, IssueState
from storage.queue_filter import QueueLimits
from storage.typed_ids import read_key

#: instead of IDs after --order
_FLAGS, _NONE = "flags", "none"

_Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="WEEK", show_default=False, help="ISO week; else the last complete one."
    ),
]
_Lead = Annotated[
    str | None, typer.Option("--lead", metavar="TEXT", help="The lead; an empty text removes it.")
]
_Language = Annotated[
    str | None, typer.Option("--language", metavar="CODE", help="Of --lead; else the first one.")
]
_Order = Annotated[
    list[str] | None,
    typer.Option(
        "--order",
        metavar="ID...",
        help=f"The highlights in order; {_NONE}, or {_FLAGS} for those of the reviewers.",
    ),
]
_Note = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--note", metavar="ID TEXT", help="The editor's note on a paper; an empty one removes it."
    ),
]


@dataclass(frozen=True, slots=True)
class IssueReport:
    """How far an issue is, and what it lacks."""

    week: str
    state: IssueState
    #: built, and what is recorded now gives the same bytes
    is_current: bool
    preliminary: bool
    papers: int
    #: arXiv IDs in order
    highlights: tuple[str, ...]
    edits: IssueEdits
    missing: tuple[Missing, ...]
    digest: str
    record: IssueRecord


@command(
    "issue",
    examples="""
    living-survey issue
    living-survey issue 2026-W12 --lead "Two sentences." --language zh
    living-survey issue 2026-W12 --order 2603.01234 2603.05678 2603.09999
    living-survey issue 2026-W12 --note 2603.01234 "The code is online now."
    living-survey issue 2026-W12 --build --approve
    living-survey issue 2026-W12 --withdraw-approval
    """,
)
def issue(
    invocation: Invocation,
    words: _Words = None,
    lead: _Lead = None,
    language: _Language = None,
    order: _Order = None,
    note: _Note = None,
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who edits or approves.")
    ] = None,
    *,
    build: Annotated[bool, typer.Option("--build", help="Build it from what is recorded.")] = False,
    approve: Annotated[
        bool, typer.Option("--approve", help="It may be sent out as it was built.")
    ] = False,
    withdraw: Annotated[
        bool, typer.Option("--withdraw-approval", help="It is no longer approved.")
    ] = False,
) -> Answer:
    """Show how far the digest of a week is, or edit, build and approve it.

    An issue is built, then approved, then sent out by `publish`. An edit ends an approval.
    `serve` shows the same with a preview.
    """
    week, more = _read_words(words or [], order)
    if approve and withdraw:
        raise UsageError(
            "An issue is approved or its approval withdrawn.", hint="Give one of both."
        )
    if language is not None and lead is None:
        raise UsageError("--language names the language of --lead.", hint="Give --lead TEXT too.")
    edited = lead is not None or order is not None or note is not None
    writes = edited or build or approve or withdraw
    services = open_services(invocation.settings, read_only=not writes)
    desk = issue_desk(services)
    now = services.clock()
    week = desk.read_week(week, now) if week else desk.recent(now)[1]
    name = reviewer or reviewer_of(invocation.settings) if writes else ""
    if edited:
        languages = invocation.settings.digest.languages
        leads = {} if lead is None else {_language(language, languages): read_lead(lead)}
        notes = {read_key(note[0]): read_note(*note)} if note else {}
        wanted = _read_order((*(order or ()), *more))
        acts.save(
            services.open_store,
            week,
            lambda before: Typed(leads, notes, before.highlights if order is None else wanted),
            editor=name,
            clock=services.clock,
        )
    if build:
        acts.build(desk, services.open_store, week, editor=name, clock=services.clock)
    if approve:
        acts.approve(desk, services.open_store, week, editor=name, clock=services.clock)
    if withdraw:
        acts.withdraw(desk, services.open_store, week, editor=name, clock=services.clock)
    report = _report(services, desk, week, now)
    return Answer(report, tuple(_text(report)))


def _read_words(words: Sequence[str], order: Sequence[str] | None) -> tuple[str, Sequence[str]]:
    """Return the week, empty if none was typed, and the IDs after the first one of --order."""
    weeks = [word for word in words if "w" in word.lower()]
    others = [word for word in words if word not in weeks]
    if len(weeks) > 1 or (others and not order):
        wrong = others[0] if others else weeks[1]
        raise UsageError(f"{wrong[:40]!r} is not expected.", hint="Name one week, as 2026-W12.")
    return (weeks[0] if weeks else ""), others


def _read_order(ids: Sequence[str]) -> tuple[str, ...] | None:
    words = " ".join(ids).replace(",", " ").split()
    if words == [_FLAGS]:
        return None
    return () if words == [_NONE] else tuple(dict.fromkeys(map(read_key, words)))


def _language(typed: str | None, languages: Sequence[str]) -> str:
    if typed is None:
        return languages[0]
    if typed not in languages:
        raise UsageError(
            f"The digest has no language {typed[:20]!r}.",
            hint=f"[digest] languages has {', '.join(languages)}.",
        )
    return typed


def _report(services: Services, desk: IssueDesk, week: str, now: datetime) -> IssueReport:
    draft: IssueDraft = desk.draft(services.open_store, week, now)
    review = services.settings.review
    limits = QueueLimits(review.likely_from / 100, review.set_aside_below / 100)
    with services.open_store() as store:
        record = store.issues.get(week)
        waiting = what_waits(store, draft, limits, announcement_day(now))
    return IssueReport(
        week=week,
        state=record.state,
        is_current=record.digest == draft.digest and not record.edited_since,
        preliminary=draft.preliminary,
        papers=len(draft.papers),
        highlights=draft.highlights,
        edits=draft.edits,
        missing=missing(draft, waiting, limits),
        digest=draft.digest,
        record=record,
    )


def _text(report: IssueReport) -> Text:
    edits = report.edits
    lines: list[str | Heading] = [
        f"issue {report.week}: {_STATES[report.state]}, {counted(report.papers, 'paper')}"
    ]
    if report.highlights:
        lines.append(f"  highlights: {', '.join(report.highlights)}")
    lines += [f"  lead ({code}): {text}" for code, text in edits.lead.items()]
    lines += [f"  note on {key}: {text}" for key, text in edits.notes.items()]
    if report.missing:
        lines += [Heading("missing"), *(f"  {one.says}" for one in report.missing)]
    lines.append(_next(report))
    return tuple(lines)


def _next(report: IssueReport) -> str:
    if not report.is_current:
        return f"next: `living-survey issue {report.week} --build`"
    if report.state is IssueState.BUILT and report.preliminary:
        return "next: approve it when the week has ended"
    if report.state is IssueState.BUILT:
        return f"next: `living-survey issue {report.week} --approve`"
    if report.state is IssueState.APPROVED:
        return f"next: `living-survey publish --target digest --week {report.week}`"
    return "nothing is left to do; an edit needs another build"


_STATES = {
    IssueState.NONE: "not built",
    IssueState.BUILT: "built",
    IssueState.APPROVED: "approved",
    IssueState.PUBLISHED: "published",
}
