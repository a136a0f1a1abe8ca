"""What every command shares: --config, --json, --debug, and errors shown once at the edge."""

import functools
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import typer

from config.errors import LivingSurveyError, UsageError
from config.schema import Settings
from config.settings import load_settings
from pipeline.cli.console import Output

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings file.", show_default=False),
]
_JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
_DebugOption = Annotated[bool, typer.Option("--debug", help="Show tracebacks and debug logs.")]


class Invocation:
    """One call of a command: its settings, loaded when asked for, and its output."""

    def __init__(self, config: Path | None, *, as_json: bool, debug: bool) -> None:
        self.config = config
        self.debug = debug
        self.output = Output(as_json=as_json)

    @cached_property
    def settings(self) -> Settings:
        """The settings of this call."""
        return load_settings(self.config, os.environ)

    @contextmanager
    def edge(self) -> Iterator[None]:
        """Show an error the operator can mend as one sentence and exit with its status."""
        try:
            yield
        except LivingSurveyError as error:
            raise self._ended(error) from None
        except UnicodeEncodeError as error:
            raise self._ended(
                UsageError(
                    f"{error.object!r} holds characters that are no text.",
                    hint="Write names and paths in UTF-8.",
                )
            ) from None
        except BrokenPipeError:
            # `living-survey queue | head` closes our stdout: the reader has seen enough.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        except KeyboardInterrupt:
            self.output.note("living-survey: interrupted; run the same command again to go on.")
            raise typer.Exit(130) from None
        except OSError as error:
            # Permissions, full disks, directories where files are expected: the operator's to mend,
            # wherever they turn up.
            where = f"{error.filename}: " if error.filename else ""
            raise self._ended(
                LivingSurveyError(
                    f"{where}{error.strerror or error}.",
                    hint="Look for a missing permission, a full disk or a misplaced file there.",
                )
            ) from None

    def _ended(self, error: LivingSurveyError) -> typer.Exit:
        """Say what happened, once, and return the exit that goes with it."""
        if self.debug:
            traceback.print_exc()
        if self.output.as_json:
            self.output.answer({"error": error.message, "hint": error.hint})
        self.output.note(f"living-survey: {error}")
        return typer.Exit(error.exit_status)


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the product: its name, what it does and how it is called."""

    name: str
    function: Callable[..., None]
    examples: str

    def add_to(self, app: typer.Typer) -> None:
        """Offer it on the command line, with --config, --json and --debug."""
        own = list(inspect.signature(self.function, eval_str=True).parameters.values())[1:]
        shared = [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind
            )
            for name, default, kind in (
                ("context", inspect.Parameter.empty, typer.Context),
                ("config", None, ConfigOption),
                ("as_json", False, _JsonOption),
                ("debug", False, _DebugOption),
            )
        ]
        parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own] + shared
        invoke = functools.partial(_invoke, self.function)
        invoke.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        invoke.__annotations__ = {p.name: p.annotation for p in parameters}
        invoke.__doc__ = self.function.__doc__
        lines = (f"    {line.strip()}" for line in self.examples.strip().splitlines())
        app.command(self.name, epilog="Examples:\n\n" + "\n\n".join(lines))(invoke)


def command(name: str, *, examples: str) -> Callable[[Callable[..., None]], Command]:
    """Make a command of a function whose first parameter is the Invocation.

    Its other parameters are the command's own options and arguments, its docstring is the help;
    `examples` (one call a line) is printed below it.
    """
    return lambda function: Command(name, function, examples)


def _invoke(
    function: Callable[..., None],
    *,
    context: typer.Context,
    config: Path | None,
    as_json: bool,
    debug: bool,
    **own: Any,
) -> None:
    from config.logs import setup_logging

    setup_logging("debug" if debug else "warning")
    # before the command it is the application's own option, after it the command's
    invocation = Invocation(config or context.obj, as_json=as_json, debug=debug)
    with invocation.edge():
        function(invocation, **own)
