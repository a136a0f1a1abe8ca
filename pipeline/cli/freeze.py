"""`freeze`: end the survey well, or take it up again."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from config.errors import UsageError
from config.files import read_regular_text
from config.schema import Settings
from pipeline.cli.answer import Answer
from pipeline.cli.command import DAY, Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.publish.freeze import FreezeReport, freeze, read_notice, undo
from pipeline.review.proposal import reviewer_name
from pipeline.runtime.services import open_services


@command(
    "freeze",
    examples="""
    living-survey freeze --on 2026-06-30 --notice "Thank you."
    living-survey freeze --on 2026-06-30 --notice-file farewell.txt --yes
    living-survey freeze --undo --yes
    """,
)
def freeze_(
    invocation: Invocation,
    on: Annotated[
        datetime | None,
        typer.Option(
            formats=[DAY],
            metavar="DAY",
            help="From then on nothing is fetched; today.",
            show_default=False,
        ),
    ] = None,
    notice: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What readers are told beside the day.")
    ] = None,
    notice_file: Annotated[
        Path | None, typer.Option("--notice-file", metavar="FILE", help="The same from a file.")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--reviewer", metavar="NAME", help="Who ends it.")
    ] = None,
    *,
    undo_: Annotated[bool, typer.Option("--undo", help="Take the survey up again.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, only show it.")] = False,
) -> Answer:
    """End the survey well, or take it up again.

    From that day on nothing is fetched; the issue of its week is the last, and can be mailed. Site
    and feeds say that the list ended, and stay. Without --yes it only shows what would change.
    """
    settings = invocation.settings
    person = reviewer_name(by) if by is not None else reviewer_of(settings)
    if undo_ and (on or notice is not None or notice_file):
        raise UsageError("--undo takes no day and no notice.", hint="Leave them out.")
    if notice is not None and notice_file:
        raise UsageError("The notice is given twice.", hint="Give --notice or --notice-file.")
    _check_right(person, settings)
    said = read_notice(_text_of(notice_file) if notice_file else notice or "")
    services = open_services(settings, read_only=not yes)
    if undo_:
        report = undo(services, person=person, act=yes)
    else:
        ends_on = on.date() if on else None
        report = freeze(services, ends_on=ends_on, notice=said, person=person, act=yes)
    return Answer(report, tuple(_text(report)))


def _check_right(person: str, settings: Settings) -> None:
    if not settings.publish.may_publish(person):
        raise UsageError(
            f"{person} may not end the survey or take it up again.",
            hint=f"[publish] publishers names {', '.join(settings.publish.publishers)}.",
        )


def _text_of(file: Path) -> str:
    try:
        return read_regular_text(file)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}.", hint="Name a file with the notice."
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not text in UTF-8.", hint="Save it as UTF-8.") from error


def _text(report: FreezeReport) -> Iterator[str]:
    if report.undo:
        goes = "goes on" if report.done else "would go on"
        yield f"The survey {goes}; its end on {report.ends_on} is taken back by {report.person}."
    else:
        ends = "ends" if report.done else "would end"
        yield f"The survey {ends} on {report.ends_on}, by {report.person}."
    yield from (f"  {line}" for line in report.lines)
    if not report.done:
        yield "Nothing was changed: add --yes to do it."
