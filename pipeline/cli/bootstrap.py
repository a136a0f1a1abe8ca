"""`bootstrap`: the curated list imported as approved decisions."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from config.errors import LivingSurveyError, UsageError
from config.files import put_in_place
from pipeline.cli.answer import Answer, Heading, Text
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.cli.ended import check_fetching
from pipeline.cli.report_file import check_report_file
from pipeline.cli.session import arxiv_session
from pipeline.curated import bootstrap as step
from pipeline.curated.bootstrap import BootstrapReport, Whole
from pipeline.curated.formats.read import open_list, scan_list
from pipeline.curated.removed import Removal
from pipeline.curated.report import groups, summary
from pipeline.publish.digest.escape import escape_markdown
from pipeline.runtime.json_text import as_json

_MARKDOWN = frozenset({".md", ".markdown"})


@command(
    "bootstrap",
    examples="""
    living-survey bootstrap
    living-survey bootstrap --list README.md --json
    living-survey bootstrap --list papers/ --list references.bib
    living-survey bootstrap --find --report bootstrap.md
    living-survey bootstrap --removed keep
    """,
)
def bootstrap(
    invocation: Invocation,
    curated: Annotated[
        list[Path] | None,
        typer.Option(
            "--list",
            metavar="PATH",
            help="Instead of survey.list of the settings: a file (Markdown, BibTeX or CSV), or a "
            "directory with Markdown files. Repeatable.",
        ),
    ] = None,
    removed: Annotated[
        Removal | None,
        typer.Option(
            help="Decide on papers that the list approved before and has no longer.",
            show_default=False,
        ),
    ] = None,
    report_file: Annotated[
        Path | None,
        typer.Option(
            "--report", metavar="FILE", help="Also write the report, to FILE.md or FILE.json."
        ),
    ] = None,
    *,
    find: Annotated[
        bool,
        typer.Option(
            "--find", help="Ask arXiv by title for entries without an id, or with a wrong one."
        ),
    ] = False,
) -> Answer:
    """Import the curated list as approved decisions.

    An entry is approved when it agrees with arXiv's record of its id. Conflicting entries are
    skipped and listed with their line and the reason; the list itself is not changed. Ends with
    status 1 if no paper of the list is approved.
    """
    check_fetching(invocation.settings)
    configured = invocation.settings.survey.list
    paths = curated or configured
    if not paths:
        raise UsageError(
            "There is no curated list to import.",
            hint="Name it: `living-survey bootstrap --list README.md`, or set survey.list.",
        )
    whole = _whole(paths, configured, removed, reviewer_of(invocation.settings))
    files = open_list(paths)
    if report_file is not None:
        _check_report(report_file, (*configured, *paths, *(Path(one.name) for one in files)))
    with arxiv_session(invocation, "bootstrap") as (opened, arxiv):
        report = step.bootstrap(
            opened.services,
            arxiv.query,
            opened.run,
            scanned=scan_list(files),
            whole=whole,
            find=find,
        )
    if report_file is not None:
        _write_report(report_file, report)
    return Answer(report, bootstrap_text(report), status=1 if report.is_idle else 0)


def bootstrap_text(report: BootstrapReport) -> Text:
    """Return the totals, then every refusal and note with its line."""
    lines: list[str | Heading] = list(summary(report))
    for group in groups(report):
        lines += ["", group.title, *(f"  {line}" for line in group.lines)]
    return tuple(lines)


def bootstrap_markdown(report: BootstrapReport) -> str:
    """Return the report as a Markdown file."""
    lines = ["# Import of the curated list", ""]
    lines += [f"- {escape_markdown(line)}" for line in summary(report)]
    for group in groups(report):
        lines += ["", f"## {escape_markdown(group.title)}", ""]
        lines += [f"- {escape_markdown(line)}" for line in group.lines]
    return "\n".join(lines) + "\n"


def _whole(
    paths: Sequence[Path], configured: Sequence[Path], removal: Removal | None, reviewer: str
) -> Whole | None:
    """Return None where only a part of the configured list is read."""
    if not configured or {one.resolve() for one in paths} == {one.resolve() for one in configured}:
        return Whole(removal, reviewer)
    if removal is None:
        return None
    raise UsageError(
        "`--removed` needs the whole list, and `--list` names other files than survey.list.",
        hint="Leave out `--list`, or name all files of the list.",
    )


def _check_report(file: Path, listed: Sequence[Path]) -> None:
    """Raise UsageError if the report cannot be written, or would become a part of the list."""
    check_report_file(file, {*_MARKDOWN, ".json"})
    is_markdown = file.suffix.lower() in _MARKDOWN
    for one in listed:
        replaces = file.exists() and one.exists() and file.samefile(one)
        joins = is_markdown and one.is_dir() and file.resolve().is_relative_to(one.resolve())
        if replaces or joins:
            raise UsageError(
                f"The report {file} would become a part of the list.",
                hint="Name a file outside of it, or one that ends in .json.",
            )


def _write_report(file: Path, report: BootstrapReport) -> None:
    is_markdown = file.suffix.lower() in _MARKDOWN
    text = bootstrap_markdown(report) if is_markdown else as_json(report)
    try:
        put_in_place(file.resolve(), text.encode("utf-8"))
    except OSError as error:
        raise LivingSurveyError(
            f"The list was imported, but the report {file} cannot be written: {error.strerror}.",
            hint="Name another file: importing again changes nothing.",
        ) from error
