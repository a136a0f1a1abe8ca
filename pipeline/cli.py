"""The command line: `living-survey COMMAND`. Only lists; each group lives in commands/."""

import typer

from pipeline.commands import (
    demo,
    digest,
    doctor,
    fetching,
    importing,
    learning,
    quarantine,
    queue,
    report,
    setup,
    web,
)

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


def build() -> typer.Typer:
    """Return the application with every command."""
    app = typer.Typer(
        help=HELP,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    for command in COMMANDS:
        command.add_to(app)
    return app


def main() -> None:
    """Run the command line."""
    build()(prog_name="living-survey")
