"""`demo`: every step on bundled papers, offline."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.demo.walk import run_demo


@command("demo", examples="living-survey demo\nliving-survey demo --directory /tmp/demo")
def demo(
    invocation: Invocation,
    directory: Annotated[Path, typer.Option(help="Where the demo is made.")] = Path("demo"),
) -> Answer:
    """Show every step on bundled papers, offline.

    A directory that an earlier demo made is replaced; any other is refused.
    """
    return Answer(run_demo(directory, say=invocation.output.line))
