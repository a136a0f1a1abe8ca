"""`replica`: a local arXiv for tests and trials."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.command import DAY, Invocation, command
from pipeline.demo.replica.serve import serve_replica


@command(
    "replica",
    examples="""
    living-survey replica --data papers.jsonl --port 8799
    living-survey replica --data 2025-12.jsonl.gz --today 2025-12-16
    """,
)
def replica(
    invocation: Invocation,
    data: Annotated[
        list[Path], typer.Option("--data", metavar="FILE", help="JSON lines, plain or .gz.")
    ],
    more: Annotated[list[Path] | None, typer.Argument(metavar="FILE", show_default=False)] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 8799,
    today: Annotated[
        datetime | None,
        typer.Option(formats=[DAY], help="The day the feeds announce; else the real one."),
    ] = None,
    page_size: Annotated[int, typer.Option(min=1, help="OAI records a page.")] = 1300,
    faults: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Faults to inject (docs/explanation/replica.md)."),
    ] = None,
) -> None:
    """Serve papers as a local arXiv on 127.0.0.1.

    OAI-PMH under /oai, feeds under /rss and /atom, the query API under /api/query.
    """
    serve_replica(
        [*data, *(more or ())],
        port=port,
        today=today.date() if today else None,
        page_size=page_size,
        faults=faults,
        say=invocation.output.line,
    )
