"""`decide`: record decisions from the terminal or a file."""

import getpass
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from config.errors import UsageError
from config.schema import Settings
from pipeline.cli.answer import Answer
from pipeline.cli.command import DAY, Invocation, command
from pipeline.cli.decide_from import decide_from
from pipeline.cli.decide_many import decide_many
from pipeline.cli.decide_one import decide_one
from pipeline.cli.missing_reason import notes_of
from pipeline.review.highlights import read_sentence, set_highlight
from pipeline.review.judge import suggested_section
from pipeline.review.proposal import (
    NOT_DECIDED,
    Expected,
    Proposal,
    propose,
    read_verdict,
    reviewer_name,
)
from pipeline.runtime.services import Services, open_services
from storage.typed_ids import read_key
from storage.types import Verdict

_Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ID... approve|reject|defer",
        show_default=False,
        help="arXiv IDs or links, then the verdict.",
    ),
]
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
_Reason = Annotated[
    str | None,
    typer.Option(metavar="CODE", help="Why it is rejected; `living-survey reasons` lists them."),
]
_Until = Annotated[
    datetime | None,
    typer.Option(metavar="DAY", formats=[DAY], help="A deferred paper waits again on this day."),
]
_NewVersion = Annotated[
    bool,
    typer.Option("--until-new-version", help="A deferred paper waits again with a new version."),
]
_Highlight = Annotated[
    str | None,
    typer.Option(
        metavar="SENTENCE", help='Highlight an approved paper for the digest; "": no sentence.'
    ),
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
    living-survey decide 2603.01234 approve --suggested --highlight "New data."
    living-survey decide 2603.01235 reject --reason no-language --note radar
    living-survey decide 2603.01236 2603.01237 reject --reason talking-head
    living-survey decide 2603.01239 defer --until 2026-12-01 --until-new-version
    living-survey decide 2603.01240 defer --if-standing none
    living-survey decide --from decisions.jsonl
    living-survey decide --from decisions.csv
    """,
)
def decide(
    invocation: Invocation,
    words: _Words = None,
    section: _Sections = None,
    reason: _Reason = None,
    note: _Note = None,
    until: _Until = None,
    highlight: _Highlight = None,
    reviewer: _Reviewer = None,
    file: _File = None,
    if_standing: _IfStanding = None,
    if_text: _IfText = None,
    also: _Also = None,
    *,
    until_new_version: _NewVersion = False,
    suggested: _Suggested = False,
    audit: _Audit = False,
) -> Answer:
    """Record a decision on one or several papers, or many from a file.

    A rejection without --reason is recorded, and stderr says that its reason is missing. Several
    papers are one act: those that are decided already are left out and named, and one `undo` takes
    all back.

    A line of a file: {"arxiv_id": "2603.01234", "verdict": "approved", "sections": ["agents"],
    "reviewer": "ada", "note": null, "reason": null, "return_on": null, "until_new_version": false,
    "decided_at": "2026-03-17T12:00:00Z", "audit": false, "if_standing": "none", "if_text": null,
    "also": []}. Only the id and the verdict are required, and sections for an approval. A table
    (CSV) has a first row of column names in any order; `;` separates sections. Sections are named
    by ID, name, last heading or path ("A > B > C"), reasons by code or name. The same decision
    again changes nothing. Exit status 1: something was left out.
    """
    services = open_services(invocation.settings)
    name = reviewer or reviewer_of(invocation.settings)
    if file is not None:
        stated = (
            words,
            section,
            note,
            reason,
            until,
            if_standing,
            if_text,
            until_new_version,
            also,
        )
        if any((*stated, suggested, audit, highlight is not None)):
            raise UsageError(
                "With --from only --reviewer can be given.", hint="Write the rest in the file."
            )
        return decide_from(services, file, name)
    papers, verdict = _read_words(words or ())
    if len(papers) > 1 and (if_text or audit or also):
        raise UsageError(
            "--if-text, --audit and --also are about one paper.",
            hint="Decide it in a call of its own.",
        )
    if highlight is not None:
        _check_highlight(verdict, highlight)
    expected = _expected(services, papers, Expected(if_standing, if_text))
    accepted = _suggestions(services, papers) if suggested else {}
    proposals = [
        propose(
            services.taxonomy,
            arxiv_id=paper,
            verdict=verdict,
            sections=section or (),
            accepted=accepted.get(paper),
            reviewer=name,
            note=note,
            expected=expected[paper],
            drawn=audit,
            also=also or (),
            reason=reason,
            reasons=invocation.settings.review.reasons,
            return_on=until.date() if until else None,
            until_new_version=until_new_version,
            unexplained=True,
        )
        for paper in papers
    ]
    answer = (
        decide_many(services, proposals)
        if len(proposals) > 1
        else decide_one(services, proposals[0])
    )
    if highlight is not None:
        _highlight(services, proposals, highlight)
    notes = notes_of(proposals, invocation.settings.review.reasons)
    return replace(answer, notes=answer.notes + notes)


def reviewer_of(settings: Settings) -> str:
    """Return the name that decisions from this terminal are recorded under."""
    return reviewer_name(settings.review.reviewer or getpass.getuser())


def _read_words(words: Sequence[str]) -> tuple[list[str], str]:
    """Return the papers' keys, each once, and the verdict."""
    if len(words) < 2:
        raise UsageError(
            "The arXiv ID or the verdict is missing.",
            hint="`living-survey decide ID approve|reject|defer`, or `--from FILE`.",
        )
    *papers, verdict = words
    read_verdict(verdict)
    return list(dict.fromkeys(read_key(paper) for paper in papers)), verdict


def _expected(
    services: Services, papers: Sequence[str], stated: Expected
) -> Mapping[str, Expected]:
    """Return what each paper must be like: one is as stated, several must wait for a decision."""
    if len(papers) == 1 or stated.standing is not None:
        return dict.fromkeys(papers, stated)
    with services.open_store() as store:
        standing = store.decisions.standing(papers)
    waits = {
        key: one.decision_id
        for key, one in standing.items()
        if one.verdict is Verdict.DEFERRED or one.unplaced
    }
    return {paper: Expected(waits.get(paper, NOT_DECIDED)) for paper in papers}


def _check_highlight(verdict: str, sentence: str) -> None:
    read_sentence(sentence)
    if read_verdict(verdict) is not Verdict.APPROVED:
        raise UsageError("Only an approved paper is highlighted.", hint="Leave `--highlight` out.")


def _highlight(services: Services, proposals: Sequence[Proposal], sentence: str) -> None:
    with services.open_store() as store:
        standing = store.decisions.standing(one.arxiv_id for one in proposals)
    for one in proposals:
        decided = standing.get(one.arxiv_id)
        if decided and decided.verdict is Verdict.APPROVED and decided.reviewer == one.reviewer:
            set_highlight(
                services.open_store,
                arxiv_id=one.arxiv_id,
                reviewer=one.reviewer,
                sentence=sentence,
                clock=services.clock,
            )


def _suggestions(services: Services, papers: Sequence[str]) -> dict[str, str | None]:
    """Return the section that `queue` shows for each paper."""
    with services.open_store() as store:
        predictions = store.predictions.latest(papers)
    scores = {
        paper: suggested_section(predictions.get(paper), services.taxonomy) for paper in papers
    }
    return {paper: score.section if score else None for paper, score in scores.items()}
