"""The command line: `living-survey COMMAND`. Only lists; each group lives in commands/."""

import sys
from collections.abc import Sequence
from importlib import metadata
from typing import Annotated

import typer
from typer.exceptions import TyperException

from pipeline.cli import (
    add,
    audit,
    backup,
    decide,
    demo,
    digest,
    doctor,
    evaluate,
    fetch,
    import_,
    init,
    model,
    quarantine,
    queue,
    serve,
    status,
    taxonomy,
    train,
    why,
)
from pipeline.cli.command import Command, ConfigOption
from pipeline.cli.console import Output

HELP = """Keep a survey's curated list alive: fetch, classify, approve, publish.

New here? `living-survey demo` shows the whole walk offline; `living-survey init` starts your own.
"""

#: in the order of the walk
COMMANDS = (
    init.init,
    init.bootstrap_list,
    fetch.run,
    fetch.fetch,
    train.classify,
    train.train,
    evaluate.evaluate,
    evaluate.drift,
    fetch.backfill,
    import_.import_,
    add.add,
    queue.queue,
    decide.decide,
    decide.undo,
    why.why,
    audit.audit,
    serve.serve,
    digest.digest,
    status.status,
    doctor.doctor,
    quarantine.quarantine,
    backup.backup,
    backup.restore,
    status.sections,
    demo.demo,
    demo.replica,
)

#: families of commands, each with its help: `living-survey taxonomy check`
GROUPS: dict[str, tuple[str, tuple[Command, ...]]] = {
    "model": (
        "The models that are kept: which, what changes between two, and back.",
        (model.list_, model.show, model.diff, model.rollback),
    ),
    "taxonomy": (
        "Check, compare and change the survey's taxonomy.",
        (taxonomy.check, taxonomy.diff, taxonomy.migrate),
    ),
}


def build() -> typer.Typer:
    """Return the application with every command."""
    app = _offering(HELP, COMMANDS)
    app.callback(invoke_without_command=False)(_remember)
    for name, (text, commands) in GROUPS.items():
        app.add_typer(_offering(text, commands), name=name)
    return app


def _offering(text: str, commands: Sequence[Command]) -> typer.Typer:
    app = typer.Typer(
        help=text,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    for command in commands:
        command.add_to(app)
    return app


def _tell_version(asked: bool) -> None:  # noqa: FBT001  # Typer calls it with the option's value
    if asked:
        typer.echo(f"living-survey {metadata.version('living-survey')}")
        raise typer.Exit


def _remember(
    context: typer.Context,
    config: ConfigOption = None,
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", is_eager=True, callback=_tell_version
        ),
    ] = False,
) -> None:
    del version  # answered by its callback
    context.obj = config


def main() -> None:
    """Run the command line; wrong words are one sentence and status 2, like every mistake."""
    try:
        status = build()(prog_name="living-survey", standalone_mode=False)
    except typer.Abort:
        sys.exit(130)
    except TyperException as error:
        context = getattr(error, "ctx", None)
        words = context.command_path if context else "living-survey"
        said = error.format_message()
        if said.startswith("Usage:"):  # called without a command: the help is the answer
            typer.echo(said, err=True)
        else:
            hint = f"See `{words} --help`."
            if "--json" in sys.argv:
                Output(as_json=True).answer({"error": said, "hint": hint})
            typer.echo(f"living-survey: {said.rstrip('.')}. {hint}", err=True)
        sys.exit(error.exit_code)
    sys.exit(status or 0)
