"""Render docs/reference/commands.md from the help of every command."""

from collections.abc import Iterator

import typer
from typer.testing import CliRunner

from docs.generate.markdown import NOTICE, table
from pipeline.cli.main import build

_COLUMNS = 80

_INTRODUCTION = f"""\
{NOTICE}

# Commands

Every command takes `--config FILE`, `--json` (one JSON document on stdout) and `--debug`.
[Errors and exit statuses](errors.md) explains how a command ends.
"""


def commands_page() -> str:
    """Return an overview of the commands and the help of each."""
    names = list(_command_names(build()))
    helps = {name: _help(name) for name in names}
    parts = [_INTRODUCTION]
    parts.append(
        table(
            ("command", "what it does"),
            ((f"[`{name}`](#{name.replace(' ', '-')})", _summary(helps[name])) for name in names),
        )
    )
    parts += [f"## {name}\n\n```text\n{helps[name]}\n```\n" for name in names]
    return "\n".join(parts)


def _command_names(app: typer.Typer, *groups: str) -> Iterator[str]:
    for command in app.registered_commands:
        yield " ".join((*groups, command.name or ""))
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from _command_names(group.typer_instance, *groups, group.name or "")


def _help(name: str) -> str:
    runner = CliRunner()
    shown = runner.invoke(
        build(), [*name.split(), "--help"], terminal_width=_COLUMNS, prog_name="living-survey"
    )
    return "\n".join(line.rstrip() for line in shown.output.strip().splitlines())


def _summary(text: str) -> str:
    """Return the first sentence of a command's help."""
    paragraph = text.split("\n\n")[1]
    return paragraph.split(". ")[0].rstrip(".") + "."
