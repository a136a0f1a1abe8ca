"""`init`: the settings file and an empty database."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from config.errors import UsageError
from pipeline.cli.answer import Answer, Text
from pipeline.cli.command import Invocation, command
from pipeline.operate.init import DraftedTaxonomy, InitReport, initialise
from pipeline.runtime.plurals import counted
from pipeline.taxonomy.draft_leaves import Place

#: headings or places in one line
_NAMED = 8


@command(
    "init",
    examples="""
    living-survey init --contact you@example.org
    living-survey init --list README.md --contact you@example.org
    living-survey init --from-list README.md --category cs.RO
    living-survey init --from-list README.md --from-list papers/
    living-survey init --arxiv http://127.0.0.1:8799
    """,
)
def init(
    invocation: Invocation,
    contact: Annotated[
        str, typer.Option(help="Mail address arXiv can reach you at.", show_default=False)
    ] = "",
    curated: Annotated[
        list[Path] | None,
        typer.Option(
            "--list", metavar="PATH", help="The survey's curated list: a file or a directory."
        ),
    ] = None,
    from_list: Annotated[
        list[Path] | None,
        typer.Option(
            "--from-list",
            metavar="PATH",
            help="A list of another field: also draft taxonomy.toml from its headings.",
        ),
    ] = None,
    more: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", show_default=False, help="More of the list."),
    ] = None,
    category: Annotated[
        list[str] | None,
        typer.Option(metavar="CATEGORY", help="arXiv category to keep, repeatable: cs.RO."),
    ] = None,
    arxiv: Annotated[
        str,
        typer.Option(metavar="URL", help="A replica instead of arXiv.", show_default=False),
    ] = "",
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
    if curated and from_list:
        raise UsageError(
            "--list and --from-list both name the list.",
            hint="--from-list drafts a taxonomy from it, --list keeps the built-in one.",
        )
    if more and not (curated or from_list):
        raise UsageError(
            f"{more[0]} follows neither --list nor --from-list.",
            hint=f"Write `living-survey init --from-list {more[0]}` to draft a taxonomy from it.",
        )
    report = initialise(
        invocation.call.config or Path("living-survey.toml"),
        contact=contact,
        curated=[*(from_list or curated or ()), *(more or ())],
        draft=bool(from_list),
        categories=category or (),
        arxiv=arxiv,
        new_database=new_database,
    )
    return Answer(report, (*init_text(report), *_next(report)))


def init_text(report: InitReport) -> Text:
    """Return what was written and what was there already."""
    return (
        f"{'wrote' if report.created_settings else 'kept'} {report.settings}",
        *(_taxonomy(report.taxonomy, several=len(report.files) > 1) if report.taxonomy else ()),
        f"{'created' if report.created_database else 'kept'} {report.database}",
    )


def _next(report: InitReport) -> list[str]:
    steps = [
        ("bootstrap", "import the curated list"),
        ("run", "fetch and classify"),
    ]
    if report.taxonomy and report.taxonomy.created:
        steps.insert(0, ("taxonomy check", "after you have read the draft"))
    return [
        f"{'Next:' if not number else '     '} living-survey {name:<16} ({purpose})"
        for number, (name, purpose) in enumerate(steps)
    ]


def _taxonomy(drafted: DraftedTaxonomy, *, several: bool) -> list[str]:
    if not drafted.created:
        return [f"kept {drafted.path}: nothing was drafted"]
    number = counted(len(drafted.sections), "section")
    lines = [f"drafted {drafted.path}: {number} from the list's headings"]
    dated = {found.section: found for found in drafted.dated}
    for section, entries in drafted.sections:
        found = dated.get(section)
        note = f", by {found.by_date}: {_few(found.headings)}" if found else ""
        lines.append(f"  {section} ({entries}){note}")
    if dated:
        lines.append(
            "  headings that say when are no sections: papers below them are placed by date, not by"
            " the model"
        )
    lines += _left_out(drafted)
    if drafted.unplaced:
        lines.append(
            f"  no section for {counted(len(drafted.unplaced), 'entry', 'entries')}, because no"
            f" heading is above: {_places(drafted.unplaced, several=several)}"
        )
    lines.append('  check it: what begins with "Draft:" is a guess (docs/guides/another-survey.md)')
    if not drafted.in_use:
        lines.append(
            f'  the settings exist already: set [survey] taxonomy = "{drafted.path.name}" in them'
        )
    return lines


def _left_out(drafted: DraftedTaxonomy) -> list[str]:
    lines = []
    if drafted.left_out:
        names = _few([" > ".join(found.path) or "(no heading)" for found in drafted.left_out])
        lines.append(f"  left out, because nothing in them is a paper: {names}")
    if drafted.asides:
        counts = ", ".join(f"{number} {reason}" for reason, number in drafted.asides.items())
        lines.append(f"  left out, because they are no entries: {counts}")
    return lines


def _few(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _places(places: Sequence[Place], *, several: bool) -> str:
    return _few([f"{p.file}:{p.line}" if several else f"line {p.line}" for p in places])
