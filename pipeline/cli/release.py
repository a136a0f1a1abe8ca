"""`release`: a version of the list that can be cited."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.publish.release.write import ReleaseReport, release_list
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import open_services


@command(
    "release",
    examples="""
    living-survey release 1.0.0 out/1.0.0 --license CC-BY-4.0
    living-survey release 1.1.0 out/1.1.0 --license CC-BY-4.0 --since out/1.0.0
    """,
)
def release(
    invocation: Invocation,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="Such as 1.4.0.")],
    directory: Annotated[
        Path, typer.Argument(metavar="DIRECTORY", help="Empty or new; gets the files.")
    ],
    *,
    license_: Annotated[
        str, typer.Option("--license", metavar="SPDX", help="Of the list, such as CC-BY-4.0.")
    ],
    since: Annotated[
        Path | None,
        typer.Option("--since", metavar="DIRECTORY", help="The release before, for CHANGES.md."),
    ] = None,
) -> Answer:
    """Write a version of the list that can be cited and archived.

    It holds the approved papers (BibTeX, CSV, JSON Lines), CITATION.cff, what changed since the
    release before, and an RO-Crate that names all of them.
    """
    report = release_list(
        open_services(invocation.settings, read_only=True),
        directory,
        version=version,
        license_=license_,
        previous=since,
    )
    return Answer(report, tuple(_lines(report)))


def _lines(report: ReleaseReport) -> Iterator[str]:
    yield f"release {report.version}: {counted(report.papers, 'paper')} in {report.directory}"
    if report.changes is not None:
        said = (
            f"{len(report.changes.added)} added, {len(report.changes.removed)} removed,"
            f" {len(report.changes.moved)} moved, {len(report.changes.withdrawn)} withdrawn"
        )
        yield f"  since the release before: {said}"
    else:
        yield "  no CHANGES.md: --since DIRECTORY compares with the release before"
    for name in report.files:
        yield f"  {name}"
