"""`bootstrap`: the curated list imported as approved decisions."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from config.errors import UsageError
from pipeline.cli.answer import Answer, Text
from pipeline.cli.command import Invocation, command
from pipeline.cli.session import arxiv_session
from pipeline.curated import bootstrap as step
from pipeline.curated.bootstrap import BootstrapReport
from pipeline.curated.parse import read_list
from pipeline.curated.plan import Reason, Refusal
from pipeline.runtime.plurals import counted

_REASONS = {
    Reason.UNREADABLE: "unreadable entries",
    Reason.NO_ID: "without an arXiv id",
    Reason.UNKNOWN_HEADING: "under a heading the taxonomy does not know",
    Reason.UNKNOWN_ID: "unknown at arXiv",
    Reason.UNREADABLE_AT_ARXIV: "unreadable at arXiv",
    Reason.WRONG_ID: "whose id is another paper",
    Reason.SHARED_ID: "whose id the list uses for different papers",
}


@command(
    "bootstrap",
    examples="""
    living-survey bootstrap
    living-survey bootstrap --list README.md --json
    """,
)
def bootstrap(
    invocation: Invocation,
    curated: Annotated[
        Path | None,
        typer.Option("--list", metavar="FILE", help="Instead of survey.list of the settings."),
    ] = None,
) -> Answer:
    """Import the curated list as approved decisions.

    An entry is approved when its id and its title agree at arXiv. Conflicting entries are skipped
    and listed with their line and the reason; the list itself is not changed.
    """
    paths = (curated,) if curated else invocation.settings.survey.list
    if not paths:
        raise UsageError(
            "There is no curated list to import.",
            hint="Name it: `living-survey bootstrap --list README.md`, or set survey.list.",
        )
    if len(paths) > 1:
        raise UsageError("Only one file can be imported so far.", hint="Name it with `--list`.")
    entries = read_list(paths[0])
    with arxiv_session(invocation, "bootstrap") as (opened, arxiv):
        report = step.bootstrap(opened.services, arxiv.query, opened.run, curated=entries)
    return Answer(report, bootstrap_text(report))


def bootstrap_text(report: BootstrapReport) -> Text:
    """Return the totals, then every refusal with its line."""
    agreed = f"{report.agreed} agree with arXiv and {len(report.refused)} were refused"
    lines = [
        f"Entries: {report.entries}, of which {agreed}.",
        f"{counted(report.approved, 'paper')} approved, {report.already} were decided before.",
    ]
    if not report.entries:
        lines.append("An entry is a bullet that begins with a title in bold or as a link.")
    counts = Counter(refusal.reason for refusal in report.refused)
    for reason in Reason:
        if counts[reason]:
            lines += ["", f"{counts[reason]} {_REASONS[reason]}"]
            lines += [
                f"  line {item.line}: {_refusal(item)}"
                for item in report.refused
                if item.reason == reason
            ]
    return tuple(lines)


def _refusal(item: Refusal) -> str:
    text = f"{item.arxiv_id} {item.title}" if item.arxiv_id else item.title
    return f"{text}: {item.detail}".replace("\n", " ")
