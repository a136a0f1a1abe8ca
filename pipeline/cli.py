"""The command line: `living-survey COMMAND`. Only lists; each group lives in commands/."""

from collections.abc import Sequence

import typer

from pipeline.commands import (
    demo,
    digest,
    doctor,
    evaluation,
    fetching,
    importing,
    learning,
    quarantine,
    queue,
    report,
    setup,
    taxonomy,
    web,
)
from pipeline.commands.invocation import Command

HELP = """Keep a survey's curated list alive: fetch, classify, approve, publish.

New here? `living-survey demo` shows the whole walk offline; `living-survey init` starts your own.
"""

#: in the order of the walk
COMMANDS = (
    setup.init,
    setup.bootstrap_list,
    fetching.run,
    fetching.fetch,
    learning.classify,
    learning.train,
    evaluation.evaluate,
    fetching.backfill,
    importing.import_,
    fetching.add,
    queue.queue,
    queue.decide,
    queue.undo,
    web.serve,
    digest.digest,
    report.status,
    doctor.doctor,
    quarantine.quarantine,
    report.sections,
    demo.demo,
    demo.replica,
)

#: families of commands, each with its help: `living-survey taxonomy check`
GROUPS: dict[str, tuple[str, tuple[Command, ...]]] = {
    "taxonomy": (
        "Check, compare and change the survey's taxonomy.",
        (taxonomy.check, taxonomy.diff, taxonomy.migrate),
    ),
}


def build() -> typer.Typer:
    """Return the application with every command."""
    app = _offering(HELP, COMMANDS)
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


def main() -> None:
    """Run the command line."""
    build()(prog_name="living-survey")
