"""`init` and `bootstrap`: from nothing to a database seeded with the curated list."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.invocation import Invocation, command


@command(
    "init",
    examples="""
    living-survey init --contact you@example.org
    living-survey init --list README.md --contact you@example.org
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
) -> None:
    """Write living-survey.toml and create the database.

    The file is commented; what exists is never overwritten.
    """
    from pipeline.initialise import initialise

    target = invocation.config or Path("living-survey.toml")
    report = initialise(target, contact=contact, curated=curated)
    if invocation.output.as_json:
        invocation.output.answer(report)
        return
    say = invocation.output.line
    wrote = "wrote" if report.created_settings else "kept"
    say(f"{wrote} {report.settings}")
    say(f"{'created' if report.created_database else 'kept'} {report.database}")
    say("Next: living-survey bootstrap   (import the curated list)")
    say("      living-survey run         (fetch and classify)")


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
    from pipeline.commands.session import arxiv_session
    from pipeline.curated.parse import read_list
    from pipeline.seed import render_report, seed_from_list

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
        )
        session.record.count(approved=report.approved, refused=len(report.refused))
    if invocation.output.as_json:
        invocation.output.answer(report)
    else:
        invocation.output.line(render_report(report))
