"""`decide` and `undo`: record decisions from the terminal or a file, and take them back."""

import getpass
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from config.errors import LivingSurveyError, UsageError
from config.schema import Settings
from config.visible import one_line
from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.review.decide import record
from pipeline.review.decide_file import decide_from_file
from pipeline.review.judge import MissingSectionError, Stale, Unchanged, suggested_section
from pipeline.review.proposal import Expected, Proposal, propose, reviewer_name
from pipeline.review.remarks import remarks_on
from pipeline.review.undo import undo as undo_decision
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services, open_services
from storage.typed_ids import read_arxiv_id
from storage.types import Decision, Verdict

_Paper = Annotated[
    str | None, typer.Argument(metavar="ID", show_default=False, help="arXiv ID or link.")
]
_Verdict = Annotated[str | None, typer.Argument(metavar="approve|reject|defer", show_default=False)]
_Sections = Annotated[
    list[str] | None,
    typer.Option("--section", help="Section: its ID, name or heading; repeatable."),
]
_Suggested = Annotated[
    bool,
    typer.Option("--suggested", help="Approve into the section that `queue` shows for it."),
]
_Note = Annotated[
    str | None,
    typer.Option(metavar="TEXT", help="Why; shown in the digest. At most 2,000 characters."),
]
_Reviewer = Annotated[str | None, typer.Option(metavar="NAME", help="Whose decision this is.")]
_File = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="Decisions in bulk: JSON lines, a JSON array or CSV; - reads standard input.",
    ),
]
_IfStanding = Annotated[
    str | None,
    typer.Option(metavar="ID|none", help="Only if this decision stands; none: only if undecided."),
]
_IfText = Annotated[
    str | None,
    typer.Option(metavar="HASH", help="Only if the paper still has this content_hash."),
]
_Also = Annotated[
    list[str] | None,
    typer.Option(
        "--also",
        metavar="ID",
        help="Approve it beside this approved paper, which has the same title; repeatable.",
    ),
]
_Audit = Annotated[
    bool,
    typer.Option("--audit", help="The next paper of `queue --order random`: an audit draw."),
]


@command(
    "decide",
    examples="""
    living-survey decide 2603.01234 approve --section agents
    living-survey decide 2603.01234 approve --suggested
    living-survey decide 2603.01235 reject --note "image restoration"
    living-survey decide 2603.01236 defer --if-standing none
    living-survey decide --from decisions.jsonl
    living-survey decide --from decisions.csv
    """,
)
def decide(
    invocation: Invocation,
    paper: _Paper = None,
    verdict: _Verdict = None,
    section: _Sections = None,
    note: _Note = None,
    reviewer: _Reviewer = None,
    file: _File = None,
    if_standing: _IfStanding = None,
    if_text: _IfText = None,
    also: _Also = None,
    *,
    suggested: _Suggested = False,
    audit: _Audit = False,
) -> Answer:
    """Record a decision, or many from a file.

    A line of a file: {"arxiv_id": "2603.01234", "verdict": "approved", "sections": ["agents"],
    "reviewer": "ada", "note": null, "decided_at": "2026-03-17T12:00:00Z", "audit": false,
    "if_standing": "none", "if_text": null, "also": []}. Only the id and the verdict are required,
    and sections for an approval. A table (CSV) has a first row of column names in any order; `;`
    separates sections. Sections are named by ID, name, last heading or path ("A > B > C"). The
    same decision again changes nothing.
    """
    services = open_services(invocation.settings)
    name = reviewer or reviewer_of(invocation.settings)
    if file is not None:
        if any((paper, section, note, if_standing, if_text, suggested, audit, also)):
            raise UsageError(
                "With --from only --reviewer can be given.", hint="Write the rest in the file."
            )
        return _decide_from(services, file, name)
    if paper is None or verdict is None:
        raise UsageError(
            "The arXiv ID or the verdict is missing.",
            hint="`living-survey decide ID approve|reject|defer`, or `--from FILE`.",
        )
    proposal = propose(
        services.taxonomy,
        arxiv_id=paper,
        verdict=verdict,
        sections=section or (),
        accepted=_suggestion(services, paper) if suggested else None,
        reviewer=name,
        note=note,
        expected=Expected(if_standing, if_text),
        drawn=audit,
        also=also or (),
    )
    return _decide_one(services, proposal)


@command("undo", examples="living-survey undo\nliving-survey undo --decision 3f2a9c01d4e5")
def undo(
    invocation: Invocation,
    decision_id: Annotated[
        str | None,
        typer.Option("--decision", metavar="ID", help="Instead of your last decision."),
    ] = None,
    reviewer: Annotated[str | None, typer.Option(metavar="NAME", help="Who takes it back.")] = None,
) -> Answer:
    """Take back your last decision, or the one with this ID.

    The decision before it stands again; both stay on record. A decision that was taken back
    before stays as it is.
    """
    services = open_services(invocation.settings)
    outcome = undo_decision(
        services.open_store,
        reviewer=reviewer or reviewer_of(invocation.settings),
        decision_id=decision_id,
        clock=services.clock,
    )
    if isinstance(outcome, Unchanged):
        return _answer(outcome.decision, outcome="unchanged", result=", taken back already")
    return _answer(outcome.decisions[0], outcome="undone", result=", taken back")


def reviewer_of(settings: Settings) -> str:
    """Return the name that decisions from this terminal are recorded under."""
    return reviewer_name(settings.review.reviewer or getpass.getuser())


def _decide_one(services: Services, proposal: Proposal) -> Answer:
    try:
        outcome = record(services.open_store, services.taxonomy, proposal, clock=services.clock)
    except MissingSectionError as error:
        ways = (
            "Accept it with `--suggested`, or name a section with `--section ID`."
            if error.suggestion
            else "Name one with `--section ID`, or run `living-survey classify` first."
        )
        raise UsageError(error.message, hint=ways) from error
    if isinstance(outcome, Stale):
        raise LivingSurveyError(
            f"Nothing was recorded. {outcome.cause}",
            hint="Read it again, then decide again with what you see now.",
        )
    if isinstance(outcome, Unchanged):
        return _answer(outcome.decision, outcome="unchanged", result=", unchanged")
    notes = list(_withdrawn(services, [outcome.decision]))
    notes += [f"{proposal.arxiv_id}: {each}" for each in _remarks(services, proposal.arxiv_id)]
    if (before := outcome.replaced) is not None:
        notes.append(
            f"It replaces {before.reviewer}'s decision of {before.decided_at:%Y-%m-%d %H:%M} UTC"
            f" ({before.verdict}). `living-survey undo` takes it back."
        )
    return _answer(outcome.decision, outcome="recorded", notes=tuple(notes))


def _decide_from(services: Services, file: Path, reviewer: str) -> Answer:
    report = decide_from_file(
        services.open_store, services.taxonomy, file, reviewer=reviewer, clock=services.clock
    )
    replaced = f", {len(report.replaced)} replaced another" if report.replaced else ""
    recorded = counted(report.recorded, "decision")
    return Answer(
        report,
        (f"recorded {recorded}, {report.already} unchanged{replaced}",),
        (
            *(f"{file}:{line.line}: refused: {line.reason}" for line in report.refused),
            *([f"columns not read: {', '.join(report.ignored)}"] if report.ignored else ()),
        ),
        status=1 if report.refused else 0,
    )


def _withdrawn(services: Services, decisions: Sequence[Decision]) -> Iterator[str]:
    """Yield a note for each approved paper that arXiv has withdrawn."""
    approved = [one.arxiv_id for one in decisions if one.verdict is Verdict.APPROVED]
    with services.open_store() as store:
        withdrawn = store.papers.withdrawn(approved)
    for arxiv_id, comment in withdrawn.items():
        said = f' ("{one_line(comment)}")' if comment else ""
        yield (
            f"{arxiv_id} is withdrawn at arXiv{said}: digests do not list it."
            " `living-survey undo` takes the decision back."
        )


def _remarks(services: Services, key: str) -> tuple[str, ...]:
    with services.open_store() as store:
        stored = store.papers.get(key)
        return remarks_on(store, [stored.paper]).get(key, ()) if stored else ()


def _suggestion(services: Services, paper: str) -> str | None:
    """Return the section that `queue` shows for a paper."""
    key = read_arxiv_id(paper)
    with services.open_store() as store:
        prediction = store.predictions.latest([key]).get(key)
    score = suggested_section(prediction, services.taxonomy)
    return score.section if score else None


def _answer(
    decision: Decision, *, outcome: str, result: str = "", notes: tuple[str, ...] = ()
) -> Answer:
    sections = f" in {', '.join(decision.sections)}" if decision.sections else ""
    line = (
        f"{decision.arxiv_id} {decision.verdict}{sections} by {decision.reviewer}{result}"
        f"  (decision {decision.decision_id})"
    )
    return Answer({**asdict(decision), "outcome": outcome}, (line,), notes)
