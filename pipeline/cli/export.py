"""`export`: approved papers for reference managers and data tools."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from config.errors import LivingSurveyError, UsageError
from config.files import put_in_place
from config.nearest import nearest
from pipeline.cli.answer import Answer
from pipeline.cli.command import DAY, Invocation, command
from pipeline.cli.export_lake import export_lake
from pipeline.cli.report_file import check_report_file
from pipeline.publish.exports.formats import FORMATS, ExportFormat
from pipeline.publish.exports.select import (
    Chosen,
    Wanted,
    choose,
    read_days,
    read_sections,
    read_weeks,
)
from pipeline.runtime.plurals import counted, some_of
from pipeline.runtime.services import open_services
from storage.typed_ids import read_keys

#: the name of stdout, as in other programs
_STDOUT = "-"


class ExportNotWrittenError(LivingSurveyError):
    """The file could not be written; an existing file is unchanged."""

    def __init__(self, path: Path, cause: OSError) -> None:
        super().__init__(
            f"The export {path} cannot be written: {cause.strerror or cause}.",
            hint="Check the permissions and free space of that directory, or name another file.",
        )


@command(
    "export",
    examples="""
    living-survey export --format bibtex > survey.bib
    living-survey export --output a.ris --section editing-video-llm-based
    living-survey export --format csv --week 2026-W11 --week 2026-W12
    living-survey export --format jsonl --task editing --modality image
    living-survey export --format csl-json --since 2026-01-01 --until 2026-03-31
    living-survey export --output survey.parquet --without-withdrawn
    living-survey export 2603.00001 2603.00002 --format bibtex
    living-survey export --lake /srv/lake
    """,
)
def export(
    invocation: Invocation,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Only these papers.")
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f"{', '.join(FORMATS)}. Default: by the end of FILE's name.",
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write to FILE; `-` or nothing: to stdout."),
    ] = None,
    section: Annotated[
        list[str] | None,
        typer.Option(metavar="SECTION", help="Only of this section, by ID, name or heading."),
    ] = None,
    task: Annotated[
        list[str] | None, typer.Option(metavar="LABEL", help="Only of sections with this task.")
    ] = None,
    modality: Annotated[
        list[str] | None, typer.Option(metavar="LABEL", help="Only of sections with this modality.")
    ] = None,
    technique: Annotated[
        list[str] | None,
        typer.Option(metavar="LABEL", help="Only of sections with this technique."),
    ] = None,
    week: Annotated[
        list[str] | None,
        typer.Option(metavar="WEEK", help="Approved in this ISO week (UTC), such as 2026-W12."),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(metavar="DAY", formats=[DAY], help="Approved on this day (UTC) or later."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(metavar="DAY", formats=[DAY], help="Approved on this day (UTC) or earlier."),
    ] = None,
    lake: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write all SQL views to DIR as Parquet files instead."),
    ] = None,
    *,
    about_people: Annotated[
        bool,
        typer.Option(
            "--about-people", help="With --lake: also views that hold addresses or names."
        ),
    ] = False,
    without_withdrawn: Annotated[
        bool,
        typer.Option(
            "--without-withdrawn", help="Leave out papers withdrawn at arXiv; else marked."
        ),
    ] = False,
) -> Answer | None:
    """Write approved papers as BibTeX, RIS, CSL-JSON, CSV, JSON Lines or Parquet.

    Only papers with a standing approval are written, sorted by arXiv ID. An option given several
    times takes any of its values; different options hold together.

    With --lake it writes all papers and everything recorded of them, divided by month, for tools
    of data analysis. It writes what changed since the last call; readers see the last state until
    the new one is whole.
    """
    facets = {"task": task, "modality": modality, "technique": technique}
    if lake is not None:
        chosen_by = (ids, format_, output, section, week, since, until, *facets.values())
        if any(chosen_by) or without_withdrawn:
            raise UsageError(
                "--lake writes all papers, so nothing can be chosen beside it.",
                hint="Leave the other options out; --about-people is the only one.",
            )
        return export_lake(invocation, lake, about_people=about_people)
    if about_people:
        raise UsageError("--about-people belongs to --lake.", hint="Add --lake DIR.")
    form = _format(format_, output)
    path = _path(output, form, as_json=invocation.call.as_json)
    services = open_services(invocation.settings, read_only=True)
    wanted = Wanted(
        sections=read_sections(
            services.taxonomy,
            section or (),
            [(facet, label) for facet, labels in facets.items() for label in labels or ()],
        ),
        weeks=read_weeks(week or ()),
        days=read_days(since and since.date(), until and until.date()),
        arxiv_ids=read_keys(ids or (), services.clock().date()),
        without_withdrawn=without_withdrawn,
    )
    with services.open_store() as store:
        chosen = choose(store, wanted, services.taxonomy)
    content = form.write(chosen.records)
    notes = _notes(chosen, without_withdrawn=without_withdrawn)
    if path is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return Answer({}, notes=notes)
    try:
        put_in_place(path, content)
    except OSError as error:
        raise ExportNotWrittenError(path, error) from error
    papers = len(chosen.records)
    report = {
        "format": form.name,
        "file": path,
        "papers": papers,
        "withdrawn": chosen.withdrawn,
        "without_withdrawn": without_withdrawn,
    }
    return Answer(report, (f"{path}: {counted(papers, 'paper')} as {form.name}",), notes)


def _format(name: str | None, output: str | None) -> ExportFormat:
    if name is None:
        suffix = Path(output or "").suffix.lower()
        found = [form for form in FORMATS.values() if suffix in form.suffixes]
        if found:
            return found[0]
        raise UsageError(
            "The format of the export is missing.", hint=f"Add --format {'|'.join(FORMATS)}."
        )
    if name not in FORMATS:
        likely = nearest(name, FORMATS, most=1)
        meant = f"Did you mean {likely[0]}? " if likely else ""
        raise UsageError(
            f"There is no format {name!r}.", hint=f"{meant}There are {', '.join(FORMATS)}."
        )
    return FORMATS[name]


def _path(output: str | None, form: ExportFormat, *, as_json: bool) -> Path | None:
    """Return the file, None for stdout, or raise UsageError before anything is read."""
    if output is not None and output != _STDOUT:
        path = Path(output)
        check_report_file(path, form.suffixes)
        return path
    if as_json:
        raise UsageError(
            "With --json the export needs a file, because stdout has one document.",
            hint=f"Add --output FILE{form.suffixes[0]}.",
        )
    if not form.is_text and (output is None or sys.stdout.isatty()):
        raise UsageError(
            f"{form.name} is not text.",
            hint=f"Add --output FILE{form.suffixes[0]}, or `--output -` before a pipe.",
        )
    return None


def _notes(chosen: Chosen, *, without_withdrawn: bool) -> tuple[str, ...]:
    notes = []
    if gone := chosen.withdrawn:
        done = "left out" if without_withdrawn else "marked"
        are = "is" if len(gone) == 1 else "are"
        notes.append(f"{counted(len(gone), 'withdrawn paper')} {are} {done}: {some_of(gone)}")
    if not chosen.records:
        notes.append("no approved paper fits, so the export is empty")
    return tuple(notes)
