"""The command line: every command by name, and the one place where errors are shown."""

import importlib
import os
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from config.errors import LivingSurveyError, UsageError
from config.processes import set_up_process
from pipeline.cli.answer import Answer
from pipeline.cli.command import Call, Command, ConfigOption
from pipeline.cli.console import Output
from pipeline.cli.names import COMMANDS, DEFAULTS, FILES, GROUPS, LISTED

HELP = """Keep a survey's curated list alive: fetch, classify, approve, publish.

New here? `living-survey demo` shows the whole walk offline; `living-survey start` begins your own.
"""


@dataclass(frozen=True)
class _Lazy(Mapping[str, Any]):
    """Commands by name; a command's module is imported when the command is looked up."""

    #: name -> summary
    summaries: Mapping[str, str]
    #: of a group: the module that holds all of its commands
    module: str | None = None

    def __getitem__(self, name: str) -> TyperCommand | TyperGroup:
        if name not in self.summaries:
            raise KeyError(name)
        if self.module is None and name in GROUPS:
            text, summaries = GROUPS[name]
            group = _group(text, name=name, commands=_Lazy(summaries, module=name))
            group.default = "list" if name in LISTED else DEFAULTS.get(name)
            return group
        named = self.module or name
        module = importlib.import_module(f"pipeline.cli.{FILES.get(named, named)}")
        [found] = (
            one for one in vars(module).values() if isinstance(one, Command) and one.name == name
        )
        return found.build()

    def __iter__(self) -> Iterator[str]:
        return iter(self.summaries)

    def __len__(self) -> int:
        return len(self.summaries)


class _Group(TyperGroup):
    #: the command that is called when none is named
    default: str | None = None

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments, with the default command where none is named."""
        if self.default and "--help" not in args and (not args or args[0].startswith("-")):
            named = next((word for word in args if word in self.commands), None)
            rest = list(args)
            if named is not None:  # options before the command, as in `quarantine --json list`
                rest.remove(named)
            args = [named or self.default, *rest]
        return super().parse_args(ctx, args)

    def format_commands(self, _ctx: Any, formatter: Any) -> None:
        """Print the summaries without importing the commands."""
        assert isinstance(self.commands, _Lazy)
        with formatter.section("Commands"):
            formatter.write_dl(list(self.commands.summaries.items()))


def build() -> TyperGroup:
    """Return the application with every command."""
    summaries = {**COMMANDS, **{name: text for name, (text, _) in GROUPS.items()}}
    return _group(HELP, name=None, commands=_Lazy(summaries), callback=_root)


def all_commands() -> dict[str, TyperCommand]:
    """Return every command by what is typed to call it, such as `taxonomy check`."""
    found: dict[str, Any] = {}
    for name, command in build().commands.items():
        if isinstance(command, TyperGroup):
            found |= {f"{name} {own}": one for own, one in command.commands.items()}
        else:
            found[name] = command
    return found


def _group(text: str, *, name: str | None, commands: _Lazy, callback: Any = None) -> _Group:
    app = typer.Typer(
        cls=_Group,
        help=text,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(callback or (lambda: None))
    group = typer.main.get_command(app)
    assert isinstance(group, _Group)
    group.name, group.commands = name, commands  # type: ignore[assignment]  # read only
    return group


def _print_version(asked: bool) -> None:  # noqa: FBT001  # Typer passes the option's value
    if asked:
        typer.echo(f"living-survey {metadata.version('living-survey')}")
        raise typer.Exit


def _root(
    context: typer.Context,
    config: ConfigOption = None,
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    del version  # handled by its callback
    context.obj.config = config


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit with the command's status."""
    set_up_process()
    call = Call(tuple(sys.argv[1:] if argv is None else argv))
    sys.exit(run(call))


def run(call: Call) -> int:
    """Run one call and return its exit status; every error is shown here, as one sentence."""
    try:
        application = build()
        with application.make_context("living-survey", list(call.argv), obj=call) as context:
            return int(application.invoke(context) or 0)
    except typer.Exit as end:
        return end.exit_code
    except (typer.Abort, KeyboardInterrupt):
        Output(as_json=False).note("living-survey: interrupted; run the same command to go on.")
        return 130
    except TyperException as error:
        return _show_usage_error(call, error)
    except LivingSurveyError as error:
        return _show(call, error)
    except UnicodeEncodeError as error:
        return _show(
            call,
            UsageError(
                f"{error.object!r} is not valid Unicode text.", hint="Write names in UTF-8."
            ),
        )
    except BrokenPipeError:
        # `living-survey queue | head` closes our stdout before we have written everything.
        _give_up_stdout()
        return 0
    except OSError as error:
        return _show(call, _named(error))


def _named(error: OSError) -> LivingSurveyError:
    """Return the sentence for an error of the system, with the path if it names one."""
    if isinstance(error, FileNotFoundError) and error.filename is None:
        # Only asking for the working directory fails so: every other call names its path.
        return LivingSurveyError(
            "The working directory no longer exists.", hint="Change to one that exists."
        )
    where = f"{error.filename}: " if error.filename else ""
    return LivingSurveyError(
        f"{where}{error.strerror or error}.",
        hint="Look for a missing permission, a full disk or a misplaced file there.",
    )


def _show(call: Call, error: LivingSurveyError) -> int:
    if call.debug:
        traceback.print_exc()
    output = Output(as_json=call.as_json)
    try:
        output.show(Answer({"error": error.message, "hint": error.hint}))
    except OSError:  # stdout is full or closed, and the error may be just that
        _give_up_stdout()
    output.note(f"living-survey: {error}")
    return error.exit_status


def _give_up_stdout() -> None:
    """Send what could not be written to nowhere, because Python tries again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _show_usage_error(call: Call, error: TyperException) -> int:
    context = getattr(error, "ctx", None)
    # typer passes the words on with which the validation of a choice begins
    message = error.format_message().replace(": Value error, ", ": ")
    if message.startswith("Usage:"):  # a group without a command: the help is the answer
        typer.echo(message, err=True)
        return error.exit_code
    hint = f"See `{context.command_path if context else 'living-survey'} --help`."
    sentence = message if message.endswith(("?", "!", ".")) else f"{message}."
    # What was typed could not be read as options, so the option is looked up as it was typed.
    as_json = call.as_json or "--json" in call.argv
    report = {"error": message, "hint": hint}
    Output(as_json=as_json).show(Answer(report, notes=(f"living-survey: {sentence} {hint}",)))
    return error.exit_code
