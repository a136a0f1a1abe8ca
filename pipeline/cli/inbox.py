"""`inbox`: decided papers that changed at arXiv, and what to do with them."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from config.errors import LivingSurveyError, UsageError
from config.tex.text import plain_text
from config.visible import one_line
from pipeline.cli.answer import Answer, Column, Heading, Text, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.ingest.corrections import said
from pipeline.learn.explain.certainty import percent
from pipeline.review.corrections import (
    Act,
    CaseView,
    Difference,
    NoCaseError,
    Resolved,
    case_view,
    keep_all,
    resolve,
    undo_resolution,
)
from pipeline.review.double.rules import rules_of
from pipeline.review.judge import Stale
from pipeline.review.word_diff import Piece
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services, open_services
from pipeline.suggestions.checks import waiting_sentence
from storage.correction_kinds import KINDS
from storage.correction_types import CorrectionCase, RecordedResolution, Resolution
from storage.typed_ids import read_key
from storage.types import Verdict

_Paper = Annotated[
    str | None, typer.Argument(metavar="ID", show_default=False, help="arXiv ID or link.")
]
_Keep = Annotated[bool, typer.Option("--keep", help="The decision stands as it is.")]
_Published = Annotated[
    bool, typer.Option("--note-published", help="Keep it and note arXiv's new reference.")
]
_Move = Annotated[
    list[str] | None,
    typer.Option("--move", metavar="SECTION", help="Approve it in other sections; repeatable."),
]
_TakeBack = Annotated[
    bool, typer.Option("--take-back", help="Reject it, with --reason or --note saying why.")
]
_Queue = Annotated[
    bool, typer.Option("--to-queue", help="A rejected paper that returned: it waits again.")
]
_Approve = Annotated[
    list[str] | None,
    typer.Option(
        "--approve", metavar="SECTION", help="A rejected paper that returned: approve; repeatable."
    ),
]
_Undo = Annotated[
    bool, typer.Option("--undo", help="Take back the last answer to this case, or your last one.")
]
_Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only", metavar="KIND", help=f"Cases of no other kind: {', '.join(KINDS)}; repeatable."
    ),
]
_Limit = Annotated[int, typer.Option(min=1, help="Cases to list.")]
_Offset = Annotated[int, typer.Option(min=0, help="Cases to skip.")]


@command(
    "inbox",
    examples="""
    living-survey inbox
    living-survey inbox --only new_version --limit 100
    living-survey inbox 2603.01234
    living-survey inbox 2603.01234 --keep
    living-survey inbox 2603.01234 --move generation-audio
    living-survey inbox 2603.01234 --take-back --note "withdrawn at arXiv"
    living-survey inbox 2603.01234 --note-published
    living-survey inbox --keep --only new_version
    living-survey inbox 2603.01234 --undo
    """,
)
def inbox(
    invocation: Invocation,
    paper: _Paper = None,
    move: _Move = None,
    approve: _Approve = None,
    only: _Only = None,
    reason: Annotated[
        str | None, typer.Option(metavar="CODE", help="Of --take-back: a reason of the settings.")
    ] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="Why.")] = None,
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose answer this is.")
    ] = None,
    limit: _Limit = 30,
    offset: _Offset = 0,
    *,
    keep: _Keep = False,
    note_published: _Published = False,
    take_back: _TakeBack = False,
    to_queue: _Queue = False,
    undo: _Undo = False,
) -> Answer:
    """Show decided papers that changed at arXiv, and answer one.

    A case is an approved paper that is withdrawn, renamed, moved to other categories, published or
    has another abstract or version, or a rejected one whose newer text is much likelier in scope.
    It is closed by an answer and opens again only with a further change.
    """
    asked = {
        Resolution.KEPT: keep,
        Resolution.NOTED: note_published,
        Resolution.MOVED: move,
        Resolution.TAKEN_BACK: take_back,
        Resolution.QUEUED: to_queue,
        Resolution.APPROVED: approve,
    }
    acts = [resolution for resolution, is_asked in asked.items() if is_asked]
    _check(paper, acts, only, undo=undo)
    reading = not (acts or undo)
    services = open_services(invocation.settings, read_only=reading)
    if reading:
        if paper is None:
            return _list(services, only or (), limit, offset)
        return _show(services, read_key(paper))
    name = reviewer or reviewer_of(invocation.settings)
    if undo:
        return _undone(services, paper, name)
    if paper is None:
        kept = keep_all(services.open_store, only or (), reviewer=name, clock=services.clock)
        return Answer({"kept": kept}, (f"kept {counted(len(kept), 'paper')}",))
    act = Act(
        arxiv_id=paper,
        resolution=acts[0],
        reviewer=name,
        sections=tuple(move or approve or ()),
        reason=reason,
        note=note,
    )
    return _resolved(services, act)


def _check(
    paper: str | None,
    acts: Sequence[Resolution],
    only: Sequence[str] | None,
    *,
    undo: bool,
) -> None:
    if len(acts) + undo > 1:
        raise UsageError("A case has one answer.", hint="Give one of the options.")
    if acts and paper is None and not (acts == [Resolution.KEPT] and only):
        raise UsageError(
            "The arXiv ID is missing.",
            hint="`living-survey inbox` lists the cases; `--keep --only new_version` without an ID"
            " keeps all that have no other change.",
        )
    for kind in only or ():
        if kind not in KINDS:
            raise UsageError(
                f"{kind[:40]!r} is no kind of change.", hint=f"Use {', '.join(KINDS)}."
            )


def _list(services: Services, only: Sequence[str], limit: int, offset: int) -> Answer:
    with services.open_store() as store:
        total = store.corrections.count()
        cases = store.corrections.open(limit=limit, offset=offset, kinds=only)
        titles = store.papers.titles(case.arxiv_id for case in cases)
        suggested = waiting_sentence(store.suggestions.count(), services.clock())
    columns = (
        Column("arXiv id"),
        Column("is"),
        Column("changed"),
        Column("title", flexible=True, below=True),
    )
    rows = (
        (case.arxiv_id, case.verdict, said(case.kinds), plain_text(titles.get(case.arxiv_id, "")))
        for case in cases
    )
    shown = f"{len(cases)} of {counted(total, 'open case')}"
    text: Text = (table(columns, rows),) if cases else ()
    more = "; see one with `living-survey inbox ID`" if cases else ""
    other = (f"{suggested}: `living-survey suggestions`",) if suggested else ()
    none = "no open case: no decided paper changed at arXiv"
    return Answer(
        {
            "open": total,
            "cases": [_case(case, titles) for case in cases],
            "suggestions": suggested,
        },
        (*text, f"{shown}{more}" if cases else none, *other),
    )


def _case(case: CorrectionCase, titles: dict[str, str]) -> dict[str, object]:
    return {**asdict(case), "title": titles.get(case.arxiv_id)}


def _show(services: Services, key: str) -> Answer:
    with services.open_store() as store:
        view = case_view(store, key)
        past = store.corrections.resolutions_of(key)
    if view is None:
        if not past:
            raise NoCaseError(
                f"{key} has no open case.",
                hint="`living-survey inbox` lists the papers that have one.",
            )
        return Answer({"case": None, "resolutions": past}, tuple(map(_answered, past)))
    return Answer(
        {
            "case": view.case,
            "decision": view.decision,
            "title": view.stored.paper.title,
            "reference": view.reference,
            "differences": [
                {"kind": one.kind, "old": one.old, "new": one.new} for one in view.differences
            ],
            "resolutions": view.resolutions,
        },
        tuple(_case_text(view)),
    )


def _case_text(view: CaseView) -> Iterator[str | Heading]:
    case, decision = view.case, view.decision
    yield Heading(f"{case.arxiv_id}  {plain_text(view.stored.paper.title)}")
    sections = f" in {', '.join(decision.sections)}" if decision.sections else ""
    note = f': "{one_line(decision.note)}"' if decision.note else ""
    why = f" ({decision.reason})" if decision.reason else ""
    yield (
        f"{decision.verdict}{sections} by {decision.reviewer},"
        f" {decision.decided_at:%Y-%m-%d}{why}{note}"
    )
    yield f"changed: {said(case.kinds)}"
    if case.score_before is not None and case.score_now is not None:
        before, after = case.score_before, case.score_now
        yield f"in scope: {percent(before)} for the old text, {percent(after)} for the new"
    for one in view.differences:
        yield ""
        yield Heading(said((one.kind,)))
        yield _marked(one)
    yield ""
    yield (
        "answer with --keep, --note-published, --move SECTION or --take-back"
        if case.verdict is Verdict.APPROVED
        else "answer with --keep, --to-queue or --approve SECTION"
    )
    yield from map(_answered, view.resolutions)


def _marked(one: Difference) -> str:
    """Return a difference on one line: `[-old-]` and `{+new+}`, as word diffs of Git write it."""
    signs = {"same": ("", ""), "old": ("[-", "-]"), "new": ("{+", "+}")}

    def marked(piece: Piece) -> str:
        before, after = signs[piece.kind]
        return f"{before}{one_line(piece.text)}{after}"

    return " ".join(map(marked, one.pieces))


def _resolved(services: Services, act: Act) -> Answer:
    outcome = resolve(
        services.open_store,
        services.taxonomy,
        act,
        reasons=services.settings.review.reasons,
        clock=services.clock,
        team=rules_of(services.settings.team, services.taxonomy),
    )
    if isinstance(outcome, Stale):
        raise LivingSurveyError(
            f"Nothing was recorded. {outcome.cause}",
            hint=f"`living-survey inbox {outcome.arxiv_id}` shows how it stands now.",
        )
    return Answer(outcome, (_line(outcome),))


def _line(outcome: Resolved) -> str:
    one, made = outcome.resolution, outcome.decision
    sections = f" in {', '.join(made.sections)}" if made and made.sections else ""
    note = f': "{one_line(one.note)}"' if one.note else ""
    return f"{one.arxiv_id} {one.resolution}{sections} by {one.reviewer}{note}"


def _undone(services: Services, paper: str | None, name: str) -> Answer:
    number = None
    if paper is not None:
        key = read_key(paper)
        with services.open_store() as store:
            past = store.corrections.resolutions_of(key)
        number = next((one.resolution_id for one in past if one.undone_by is None), 0)
    found = undo_resolution(
        services.open_store,
        services.taxonomy,
        reviewer=name,
        resolution_id=number,
        clock=services.clock,
    )
    return Answer(found, (f"{found.arxiv_id} {found.resolution}, taken back: the case is open",))


def _answered(one: RecordedResolution) -> str:
    taken = f", taken back by {one.undone_by}" if one.undone_by else ""
    note = f': "{one_line(one.note)}"' if one.note else ""
    return (
        f"{one.resolved_at:%Y-%m-%d} {one.resolution} by {one.reviewer}"
        f" ({said(one.kinds)}){note}{taken}"
    )
