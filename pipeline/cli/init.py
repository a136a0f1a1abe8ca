"""`init` and `bootstrap`: from nothing to a database seeded with the curated list."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.command import Invocation, command
from pipeline.runtime.plurals import counted

if TYPE_CHECKING:
    from pipeline.operate.init import DraftedTaxonomy


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
) -> None:
    """Write living-survey.toml and create the database.

    The file is commented; what exists is never overwritten.
    """
    from config.errors import UsageError
    from pipeline.operate.init import initialise

    if curated is not None and from_list is not None:
        raise UsageError(
            "--list and --from-list both name the list.",
            hint="--from-list drafts a taxonomy from it, --list keeps the built-in one.",
        )
    report = initialise(
        invocation.config or Path("living-survey.toml"),
        contact=contact,
        curated=from_list or curated,
        draft=from_list is not None,
        categories=category or (),
    )
    if invocation.output.as_json:
        invocation.output.answer(report)
        return
    say = invocation.output.line
    say(f"{'wrote' if report.created_settings else 'kept'} {report.settings}")
    if report.taxonomy is not None:
        _say_taxonomy(invocation, report.taxonomy)
    say(f"{'created' if report.created_database else 'kept'} {report.database}")
    say("Next: living-survey bootstrap   (import the curated list)")
    say("      living-survey run         (fetch and classify)")


def _say_taxonomy(invocation: Invocation, drafted: "DraftedTaxonomy") -> None:
    say = invocation.output.line
    if not drafted.created:
        say(f"kept {drafted.path}")
        return
    number = counted(len(drafted.sections), "section")
    say(f"drafted {drafted.path}: {number} from the list's headings")
    for section, entries in drafted.sections:
        say(f"  {section} ({entries})")
    if drafted.unplaced_lines:
        lines = ", ".join(map(str, drafted.unplaced_lines[:10]))
        say(f"  no section for the entries on lines {lines}: no heading stands above them")
    say('  read it: what begins with "Draft:" is a guess (docs/guides/another-survey.md)')
    if not drafted.in_use:
        say(f'  the settings were there: set [survey] taxonomy = "{drafted.path.name}" in them')


@command(
    "bootstrap",
    examples="""
    living-survey bootstrap
    living-survey bootstrap --list README.md --json
    """,
)
def bootstrap_list(
    invocation: Invocation,
    curated: Annotated[
        Path | None,
        typer.Option("--list", metavar="FILE", help="Instead of survey.list of the settings."),
    ] = None,
) -> None:
    """Import the curated list as approved decisions.

    An entry is approved when its id and its title agree at arXiv. What is refused is printed with
    its line and the reason; the list itself is not touched.
    """
    from config.errors import UsageError
    from pipeline.cli.bootstrap import seeding_text
    from pipeline.cli.session import arxiv_session
    from pipeline.cli.train import stages
    from pipeline.curated.bootstrap import seed_from_list
    from pipeline.curated.parse import read_list

    path = curated or invocation.settings.survey.list
    if path is None:
        raise UsageError(
            "There is no curated list to import.",
            hint="Name it: `living-survey bootstrap --list README.md`, or set survey.list.",
        )
    entries = read_list(path)
    with arxiv_session(invocation, "bootstrap") as (session, arxiv):
        report = seed_from_list(
            entries,
            arxiv.query.look_up,
            session.services.open_store,
            session.services.taxonomy,
            now=session.services.clock(),
            on_stage=stages(session.bars),
        )
        session.record.count(approved=report.approved, refused=len(report.refused))
    if invocation.output.as_json:
        invocation.output.answer(report)
    else:
        invocation.output.line(seeding_text(report))
