"""`prisma`: the flow of papers through the screening, for a methods section."""

from collections.abc import Sequence
from datetime import date, datetime
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from config.errors import UsageError
from config.files import put_in_place
from pipeline.cli.answer import Answer, Column, Table, table
from pipeline.cli.command import DAY, Invocation, command
from pipeline.cli.export import ExportNotWrittenError
from pipeline.cli.report_file import check_report_file
from pipeline.curated.title import survey_title
from pipeline.publish.prisma.flow import Flow, flow_of, rows
from pipeline.publish.prisma.paragraph import paragraph
from pipeline.publish.prisma.svg import caption_of, draw
from pipeline.publish.prisma.words import LANGUAGES
from pipeline.runtime.json_text import as_json
from pipeline.runtime.plurals import counted
from pipeline.runtime.queue_words import limits_of
from pipeline.runtime.services import open_services
from storage.screening import Period, ScreeningCounts
from storage.store import Store

#: format -> the end of its files' names
_FORMATS = {"svg": ".svg", "text": ".txt", "json": ".json"}
_NAMES = ("table", *_FORMATS)


@command(
    "prisma",
    examples="""
    living-survey prisma
    living-survey prisma --from 2026-01-01 --until 2026-03-31
    living-survey prisma --output flow.svg
    living-survey prisma --format text --language zh
    living-survey prisma --format json
    """,
)
def prisma(
    invocation: Invocation,
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from", metavar="DAY", formats=[DAY], help="Announced on this day or later."
        ),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option(
            "--until",
            "--to",
            metavar="DAY",
            formats=[DAY],
            help="Announced on this day or earlier.",
        ),
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option("--format", metavar="FORMAT", help=f"{', '.join(_NAMES)}. Default: table."),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="en or zh. Default: en; both paragraphs of the text."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write to FILE.svg, .txt or .json instead of stdout."),
    ] = None,
) -> Answer:
    """Show how many papers were found, screened, excluded and included.

    The stages follow PRISMA 2020. A period chooses papers by the day on which arXiv announced them;
    their state is the present one.
    """
    name = _format(format_, output)
    codes = _languages(language, name)
    settings = invocation.settings
    services = open_services(settings, read_only=True)
    limits = limits_of(settings)
    with services.open_store() as store:
        asked = _asked(store, first and first.date(), last and last.date())
        counts = store.screening.counts(asked, set_aside_below=limits.set_aside_below)
        period = asked or store.screening.announced()
        undated = store.screening.undated() if asked else 0
    flows = [
        flow_of(
            counts,
            settings.review.reasons,
            survey=survey_title(settings.survey),
            period=period,
            as_of=services.clock().date(),
            language=code,
        )
        for code in codes
    ]
    notes = (f"without a day, so in no period: {counted(undated, 'paper')}",) if undated else ()
    if name == "table" and output is None:
        return Answer(
            _report(counts, flows[0]), (flow_table(flows[0]), caption_of(flows[0])), notes
        )
    written = {
        "json": lambda: as_json(_report(counts, flows[0])),
        "svg": lambda: draw(flows[0]),
        "text": lambda: _paragraphs(flows, settings.arxiv.categories, limits.set_aside_below),
    }[name]()
    if output is None:
        lines = tuple(written.removesuffix("\n").split("\n"))
        return Answer(
            {name: written} if name != "json" else _report(counts, flows[0]), lines, notes
        )
    try:
        put_in_place(output, written.encode())
    except OSError as error:
        raise ExportNotWrittenError(output, error) from error
    return Answer({"file": output, "format": name}, (f"{output}: the flow as {name}",), notes)


def flow_table(flow: Flow) -> Table:
    """Return the flow as a table; `audit` shows it too."""
    return table((Column("screening, after PRISMA 2020"), Column("", right=True)), rows(flow))


def _report(counts: ScreeningCounts, flow: Flow) -> dict[str, object]:
    return {"flow": flow, "counts": counts}


def _paragraphs(flows: Sequence[Flow], categories: Sequence[str], set_aside_below: float) -> str:
    version = metadata.version("living-survey")
    written = (
        paragraph(flow, version=version, categories=categories, set_aside_below=set_aside_below)
        for flow in flows
    )
    return "\n\n".join(written) + "\n"


def _asked(store: Store, first: date | None, last: date | None) -> Period | None:
    """Return the period; a day that is not given is that of the first or last paper."""
    if first is None and last is None:
        return None
    if first and last and last < first:
        raise UsageError(
            f"--until {last} is before --from {first}.", hint="Give the earlier day to --from."
        )
    known = store.screening.announced()
    days = [day for day in (first, last, known and known.first, known and known.last) if day]
    return Period(first or min(days), last or max(days))


def _format(name: str | None, output: Path | None) -> str:
    """Return the format's name, or raise UsageError before anything is read."""
    if name is None and output is not None:
        by_suffix = {suffix: each for each, suffix in _FORMATS.items()}
        name = by_suffix.get(output.suffix.lower(), "table")
    name = name or "table"
    if name not in _NAMES:
        raise UsageError(f"There is no format {name!r}.", hint=f"There are {', '.join(_NAMES)}.")
    if output is not None:
        check_report_file(output, [_FORMATS[name]] if name in _FORMATS else _FORMATS.values())
    return name


def _languages(code: str | None, name: str) -> tuple[str, ...]:
    if code is None:
        return LANGUAGES if name == "text" else LANGUAGES[:1]
    if code not in LANGUAGES:
        raise UsageError(f"There is no language {code!r}.", hint="There are en and zh.")
    return (code,)
