"""A command of the command line: its options, its settings, and how it is invoked."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperOption

from config.errors import LivingSurveyError
from config.logs import setup_logging
from config.operate_schema import LogSettings
from config.schema import Settings
from config.settings import load_settings
from pipeline.cli.answer import Answer
from pipeline.cli.console import Output
from storage.errors import StoreDamagedError

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings file.", show_default=False),
]
#: how days are typed
DAY = "%Y-%m-%d"
_JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
_DebugOption = Annotated[bool, typer.Option("--debug", help="Show tracebacks and debug logs.")]


class UnwrittenAnswerError(LivingSurveyError):
    """A command is done, and its answer cannot be printed."""


@dataclass(slots=True)
class Call:
    """What was typed: the arguments, and the options that every command has."""

    argv: tuple[str, ...]
    config: Path | None = None
    as_json: bool = False
    debug: bool = False


class Invocation(typer.Context):
    """The context of one command: Click's own, with the settings and the output of this call."""

    @property
    def call(self) -> Call:
        """What was typed."""
        call = self.obj
        assert isinstance(call, Call)
        return call

    @property
    def settings(self) -> Settings:
        """The settings of this call, read on first use."""
        if not hasattr(self, "_settings"):
            self._settings = load_settings(self.call.config, os.environ)
            self._set_up_logging(self._settings.log)
        return self._settings

    def _set_up_logging(self, log: LogSettings) -> None:
        level: str = log.level
        if level == "auto":
            level = "info" if log.file or self.info_name == "serve" else "warning"
        setup_logging("debug" if self.call.debug else level, form=log.format, file=log.file)

    @property
    def output(self) -> Output:
        """Where this call prints."""
        return Output(as_json=self.call.as_json)


class ProductCommand(TyperCommand):
    """A command with `--config`, `--json` and `--debug`, whose answer is printed."""

    context_class = Invocation

    def make_parser(self, ctx: Any) -> Any:
        """Return the parser; `--by` is the former name of `--reviewer` and still understood."""
        parser = super().make_parser(ctx)
        for one in self.params:
            if isinstance(one, TyperOption) and "--reviewer" in one.opts:
                parser.add_option(one, opts=["--by"], dest=one.name)
        return parser

    def invoke(self, ctx: Any) -> int:
        """Run the command, print its answer and return the exit status."""
        call = ctx.call
        call.config = ctx.params.pop("config") or call.config
        call.as_json, call.debug = ctx.params.pop("as_json"), ctx.params.pop("debug")
        setup_logging("debug" if call.debug else "warning")
        try:
            answer = super().invoke(ctx)
        except StoreDamagedError as error:
            from pipeline.operate.backups import naming_backup  # noqa: PLC0415  needed rarely

            raise naming_backup(error, ctx.settings) from error
        if not isinstance(answer, Answer):  # a service that was stopped
            return 0
        try:
            ctx.output.show(answer)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise UnwrittenAnswerError(
                f"The command is done, but its answer cannot be written: {error.strerror}.",
                hint="Look for a full disk where the answer goes. What was recorded stays.",
            ) from error
        return answer.status


@dataclass(frozen=True, slots=True)
class Command:
    """A function that is called by name: the first line of its docstring is its summary."""

    name: str
    function: Callable[..., Answer | None]
    #: one call a line
    examples: str

    def build(self) -> TyperCommand:
        """Return it with the options that every command has."""
        lines = (f"    {line.strip()}" for line in self.examples.strip().splitlines())
        built = _click_command(
            self.function, self.name, epilog="Examples:\n\n" + "\n\n".join(lines)
        )
        built.params += _click_command(_shared, "shared").params
        return built


def command(name: str, *, examples: str) -> Callable[[Callable[..., Answer | None]], Command]:
    """Make a command of a function from Invocation and options to Answer.

    The function's docstring is the help; `examples` (one call a line) is printed below it.
    """
    return lambda function: Command(name, function, examples)


def _click_command(
    function: Callable[..., object], name: str, *, epilog: str | None = None
) -> TyperCommand:
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(name, cls=ProductCommand, epilog=epilog)(function)
    built = typer.main.get_command(app)
    assert isinstance(built, TyperCommand)
    return built


def _shared(
    *, config: ConfigOption = None, as_json: _JsonOption = False, debug: _DebugOption = False
) -> None:
    """Declare the options of every command."""
