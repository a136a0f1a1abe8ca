"""`init`: the settings file and an empty database."""

from pathlib import Path
from typing import Annotated

import typer

from config.errors import UsageError
from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.operate.init import DraftedTaxonomy, initialise
from pipeline.runtime.plurals import counted

_LINES_NAMED = 10


@command(
    "init",
    examples="""
    living-survey init --contact you@example.org
    living-survey init --list README.md --contact you@example.org
    living-survey init --from-list README.md --category cs.RO
    """,
)
def init(
    invocation: Invocation,
    contact: Annotated[
        str, typer.Option(help="Mail address arXiv can reach you at.", show_default=False)
    ] = "",
    curated: Annotated[
        Path | None,
        typer.Option("--list", metavar="FILE", help="The survey's curated Markdown list."),
    ] = None,
    from_list: Annotated[
        Path | None,
        typer.Option(
            "--from-list",
            metavar="FILE",
            help="A list of another field: also draft taxonomy.toml from its headings.",
        ),
    ] = None,
    category: Annotated[
        list[str] | None,
        typer.Option(metavar="CATEGORY", help="arXiv category to keep, repeatable: cs.RO."),
    ] = None,
    *,
    new_database: Annotated[
        bool,
        typer.Option(
            "--new-database",
            help="Create a database although files of a former one are there; they are kept.",
        ),
    ] = False,
) -> Answer:
    """Write living-survey.toml and create the database.

    The file is commented; what exists is never overwritten.
    """
    if curated is not None and from_list is not None:
        raise UsageError(
            "--list and --from-list both name the list.",
            hint="--from-list drafts a taxonomy from it, --list keeps the built-in one.",
        )
    report = initialise(
        invocation.call.config or Path("living-survey.toml"),
        contact=contact,
        curated=from_list or curated,
        draft=from_list is not None,
        categories=category or (),
        new_database=new_database,
    )
    return Answer(
        report,
        (
            f"{'wrote' if report.created_settings else 'kept'} {report.settings}",
            *(_taxonomy(report.taxonomy) if report.taxonomy else ()),
            f"{'created' if report.created_database else 'kept'} {report.database}",
            "Next: living-survey bootstrap   (import the curated list)",
            "      living-survey run         (fetch and classify)",
        ),
    )


def _taxonomy(drafted: DraftedTaxonomy) -> list[str]:
    if not drafted.created:
        return [f"kept {drafted.path}"]
    number = counted(len(drafted.sections), "section")
    lines = [f"drafted {drafted.path}: {number} from the list's headings"]
    lines += [f"  {section} ({entries})" for section, entries in drafted.sections]
    if drafted.unplaced_lines:
        numbers = ", ".join(map(str, drafted.unplaced_lines[:_LINES_NAMED]))
        lines.append(f"  no section for the entries on lines {numbers}: no heading is above them")
    lines.append('  check it: what begins with "Draft:" is a guess (docs/guides/another-survey.md)')
    if not drafted.in_use:
        lines.append(
            f'  the settings exist already: set [survey] taxonomy = "{drafted.path.name}" in them'
        )
    return lines
