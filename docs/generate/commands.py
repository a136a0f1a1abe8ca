"""Render docs/reference/commands.md from the help of every command."""

from typing import Any

import typer

from docs.generate.markdown import NOTICE, table
from pipeline.cli.command import Call
from pipeline.cli.main import all_commands, build

_COLUMNS = 80

_INTRODUCTION = f"""\
{NOTICE}

# Commands

Every command takes `--config FILE`, `--json` (one JSON document on stdout) and `--debug`.
[Errors and exit statuses](errors.md) explains how a command ends.
"""


def commands_page() -> str:
    """Return an overview of the commands and the help of each."""
    names = list(all_commands())
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


def _help(name: str) -> str:
    command: Any = build()
    context = typer.Context(command, info_name="living-survey", terminal_width=_COLUMNS)
    context.obj = Call(())
    for word in name.split():
        command = command.commands[word]
        context = typer.Context(command, info_name=word, parent=context, terminal_width=_COLUMNS)
    return "\n".join(line.rstrip() for line in command.get_help(context).strip().splitlines())


def _summary(text: str) -> str:
    """Return the first sentence of a command's help."""
    paragraph = text.split("\n\n")[1]
    return paragraph.split(". ")[0].rstrip(".") + "."
