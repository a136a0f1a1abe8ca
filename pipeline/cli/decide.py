"""`decide` and `undo`: record decisions from the terminal or a file, and take them back."""

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.command import Invocation, command
from pipeline.runtime.plurals import counted

if TYPE_CHECKING:
    from config.schema import Settings
    from storage.types import Decision


@command(
    "decide",
    examples="""
    living-survey decide 2603.01234 approve --section agents
    living-survey decide 2603.01235 reject --note "image restoration"
    living-survey decide --from decisions.jsonl
    """,
)
def decide(
    invocation: Invocation,
    paper: Annotated[
        str | None, typer.Argument(metavar="ID", show_default=False, help="arXiv id or link.")
    ] = None,
    verdict: Annotated[
        str | None, typer.Argument(metavar="approve|reject|defer", show_default=False)
    ] = None,
    section: Annotated[
        list[str] | None,
        typer.Option(
            "--section", help="Section id, repeatable; without it the first suggested one."
        ),
    ] = None,
    note: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why; shown in the digest.")
    ] = None,
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose decision this is.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Decisions in bulk, JSON lines."),
    ] = None,
    *,
    audit: Annotated[
        bool, typer.Option("--audit", help="The next of `queue --order random`: the audit's.")
    ] = False,
) -> None:
    """Record a decision, or many from a file.

    A line of a file: {"arxiv_id": "2603.01234", "verdict": "approved", "sections": ["agents"],
    "reviewer": "ada", "note": null, "decided_at": "2026-03-17T12:00:00Z"}
    """
    from config.errors import UsageError
    from pipeline.review import decide as deciding
    from pipeline.runtime.services import open_services

    if file is not None and paper is not None:
        raise UsageError("--from takes its papers from the file.", hint="Leave the id out.")
    if file is not None and audit:
        raise UsageError(
            "A file has no random order.", hint="Decide audit papers one by one, or on the page."
        )
    if file is None and (paper is None or verdict is None):
        raise UsageError(
            "Which paper, and what about it?",
            hint="living-survey decide ID approve|reject|defer, or --from FILE.",
        )
    services = open_services(invocation.settings)
    who = reviewer or reviewer_of(invocation.settings)
    if file is not None:
        from pipeline.review.decide_file import decide_from_file

        report = decide_from_file(
            services.open_store, services.taxonomy, file, reviewer=who, clock=services.clock
        )
        if invocation.output.as_json:
            invocation.output.answer(report)
        else:
            replaced = f", {len(report.replaced)} replaced another" if report.replaced else ""
            invocation.output.line(
                f"recorded {counted(report.recorded, 'decision')},"
                f" {report.already} there already{replaced}"
            )
        for refused in report.refused:
            invocation.output.note(f"{file}:{refused.line}: refused: {refused.reason}")
        if report.refused:
            raise typer.Exit(1)
        return
    assert paper is not None
    assert verdict is not None
    recorded = deciding.decide(
        services.open_store,
        services.taxonomy,
        arxiv_id=paper,
        verdict=verdict,
        sections=section or (),
        reviewer=who,
        note=note,
        decided_at=services.clock(),
        drawn=audit,
    )
    _say_decision(invocation, recorded.decision, already=recorded.already)
    if (before := recorded.replaced) is not None:
        invocation.output.note(
            f"It replaces {before.reviewer}'s decision of {before.decided_at:%Y-%m-%d %H:%M} UTC"
            f" ({before.verdict}); take it back with: living-survey undo"
        )


@command("undo", examples="living-survey undo\nliving-survey undo --decision 3f2a9c01d4e5")
def undo(
    invocation: Invocation,
    decision_id: Annotated[
        str | None,
        typer.Option("--decision", metavar="ID", help="Instead of your last decision."),
    ] = None,
    reviewer: Annotated[str | None, typer.Option(metavar="NAME", help="Who takes it back.")] = None,
) -> None:
    """Take back your last decision.

    What stood before it stands again; both stay on record.
    """
    from pipeline.runtime.services import open_services

    services = open_services(invocation.settings)
    who = reviewer or reviewer_of(invocation.settings)
    with services.open_store() as store:
        decision = store.decisions.undo(
            reviewer=who, undone_at=services.clock(), decision_id=decision_id
        )
    _say_decision(invocation, decision)


def reviewer_of(settings: "Settings") -> str:
    """Return whose name terminal decisions carry."""
    from pipeline.review.decide import reviewer_name

    return reviewer_name(settings.review.reviewer or getpass.getuser())


def _say_decision(invocation: Invocation, decision: "Decision", *, already: bool = False) -> None:
    if invocation.output.as_json:
        invocation.output.answer(decision)
        return
    sections = f" in {', '.join(decision.sections)}" if decision.sections else ""
    undone = ", taken back" if decision.undone_at else ""
    undone = ", as it was already" if already else undone
    invocation.output.line(
        f"{decision.arxiv_id} {decision.verdict}{sections} by {decision.reviewer}{undone}"
        f"  (decision {decision.decision_id})"
    )
