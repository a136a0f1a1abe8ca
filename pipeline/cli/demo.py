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
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also delete a demo in which somebody worked.")
    ] = False,
) -> Answer:
    """Show every step on bundled papers, offline.

    It has its own settings: living-survey.toml and the environment are not read. An earlier demo in
    the directory is replaced, unless somebody decided in it or edited its files since; any other
    directory is refused.
    """
    return Answer(run_demo(directory, say=invocation.output.line, replace=replace))
