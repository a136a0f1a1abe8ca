"""`undo`: take decisions back."""

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from config.errors import UsageError
from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.cli.decide_one import answer_of
from pipeline.review.judge import Unchanged
from pipeline.review.undo import Act, find_act
from pipeline.review.undo import undo as undo_act
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import open_services
from storage.batches import BatchKind


@command(
    "undo",
    examples="""
    living-survey undo
    living-survey undo --decision 3f2a9c01d4e5b678
    living-survey undo --batch 3f2a9c01d4e5
    """,
)
def undo(
    invocation: Invocation,
    decision_id: Annotated[
        str | None,
        typer.Option("--decision", metavar="ID", help="This decision instead of your last act."),
    ] = None,
    batch_id: Annotated[
        str | None,
        typer.Option(
            "--batch", "--act", metavar="ID", help="All decisions that were recorded together."
        ),
    ] = None,
    reviewer: Annotated[str | None, typer.Option(metavar="NAME", help="Who takes it back.")] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> Answer:
    """Take back your last act: a decision, or all recorded together.

    The decision before it stands again; both stay on record. Papers that were decided again since
    keep their later decision. It asks before it takes back an import or more than one decision.
    Exit status 1: nothing was taken back.
    """
    if decision_id is not None and batch_id is not None:
        raise UsageError("--decision and --batch name different things.", hint="Give one of them.")
    services = open_services(invocation.settings)
    name = reviewer or reviewer_of(invocation.settings)
    with services.open_store() as store:
        act = find_act(store, reviewer=name, decision_id=decision_id, batch_id=batch_id)
    if not yes and not _agreed(act, named=decision_id is not None):
        return Answer({"outcome": "kept"}, ("Nothing was taken back.",), status=1)
    outcome = undo_act(
        services.open_store,
        reviewer=name,
        decision_id=decision_id or (None if act.batch else _named(act)),
        batch_id=None if decision_id or act.batch is None else act.batch.batch_id,
        clock=services.clock,
    )
    if isinstance(outcome, Unchanged):
        return answer_of(outcome.decision, outcome="unchanged", result=", taken back already")
    if outcome.words and outcome.act.batch is None:
        [word] = outcome.words
        line = f"{word.arxiv_id} {word.verdict} by {word.reviewer}, taken back"
        report = {**asdict(word), "outcome": "undone"}
        return Answer(report, (f"{line}  (word {word.opinion_id})",))
    if not outcome.decisions and decision_id is not None:
        return Answer({"outcome": "unchanged"}, (f"word {decision_id}: taken back already",))
    if outcome.act.batch is None or decision_id is not None:
        return answer_of(outcome.decisions[0], outcome="undone", result=", taken back")
    return _many(outcome.act, len(outcome.decisions))


def _named(act: Act) -> str:
    """Return the ID of the only decision or word that is taken back."""
    return act.decisions[0].decision_id if act.decisions else act.words[0].opinion_id


def _agreed(act: Act, *, named: bool) -> bool:
    """Ask on a terminal; elsewhere only an import needs `--yes`, because no person can be asked."""
    if not act.asks or not act.size:
        return True
    if _on_terminal():
        return typer.confirm(f"Take back {_described(act)}?", err=True)
    if act.is_import and not named:
        raise UsageError(f"This takes back {_described(act)}.", hint="Confirm it with `--yes`.")
    return True


def _on_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _described(act: Act) -> str:
    many = " and ".join(
        counted(len(some), noun)
        for some, noun in ((act.decisions, "decision"), (act.words, "word"))
        if some
    )
    if act.batch is None:
        return f"{many} imported from the list" if act.is_import else many
    origin = {
        BatchKind.BULK: "recorded together",
        BatchKind.FILE: f"imported from {act.batch.source or 'standard input'}",
        BatchKind.LIST: "imported from the list",
        BatchKind.RULE: "made in one run",
    }[act.batch.kind]
    return f"{many} {origin} by {act.batch.reviewer} on {act.batch.recorded_at:%Y-%m-%d %H:%M} UTC"


def _many(act: Act, taken: int) -> Answer:
    assert act.batch is not None
    before = f", {act.undone} taken back before" if act.undone else ""
    words = f" and {counted(len(act.words), 'word')}" if act.words else ""
    line = f"took back {counted(taken, 'decision')}{words}{before}  (act {act.batch.batch_id})"
    notes = tuple(
        f"left: {one.arxiv_id}, which {one.reviewer} decided again"
        f" ({one.verdict}, decision {one.decision_id})"
        for one in act.later
    )
    report = {
        "outcome": "undone" if taken or act.words else "unchanged",
        "words": [one.opinion_id for one in act.words],
        "batch_id": act.batch.batch_id,
        "kind": act.batch.kind,
        "source": act.batch.source,
        "undone": [one.decision_id for one in act.decisions],
        "undone_before": act.undone,
        "left": [asdict(one) for one in act.later],
    }
    return Answer(report, (line,), notes)
