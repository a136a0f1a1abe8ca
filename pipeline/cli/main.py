"""The command line: every command by name, and the one place where errors are shown."""

import gc
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
from pipeline.cli.answer import Answer
from pipeline.cli.command import Call, Command, ConfigOption
from pipeline.cli.console import Output

HELP = """Keep a survey's curated list alive: fetch, classify, approve, publish.

New here? `living-survey demo` shows the whole walk offline; `living-survey start` begins your own.
"""

#: in the order of work; each is the first line of the help in pipeline/cli/NAME.py
COMMANDS = {
    "start": "Do a survey's first day: init, bootstrap, 30 days, train, run.",
    "init": "Write living-survey.toml and create the database.",
    "bootstrap": "Import the curated list as approved decisions.",
    "run": "Run one cycle: fetch, classify. What cron calls.",
    "fetch": "Fetch announcements and records from arXiv.",
    "classify": "Classify every paper that the current model has not scored.",
    "train": "Train a model on all standing decisions.",
    "evaluate": "Measure the model on decisions later than its training.",
    "drift": "Measure whether the model still fits the new papers.",
    "backfill": "Harvest a past window; can be stopped and resumed.",
    "import": "Import arXiv's bulk snapshot; can be stopped and resumed.",
    "add": "Add single papers to the queue by hand.",
    "queue": "Show the papers that wait for a decision; all conditions hold together.",
    "decide": "Record a decision on one or several papers, or many from a file.",
    "inbox": "Show decided papers that changed at arXiv, and answer one.",
    "doubles": "Show papers that are perhaps the same work, and answer.",
    "undo": "Take back your last act: a decision, or all recorded together.",
    "decisions": "Show the decisions, latest first, and how many stand.",
    "why": "Show why the model scores a paper as it does.",
    "audit": "Estimate how many relevant papers are still unseen.",
    "plan": "Show how the queue develops, or plan a session.",
    "serve": "Serve the approval queue as web pages.",
    "issue": "Show how far the digest of a week is, or edit, build and approve it.",
    "digest": "Build one week's digest of approved papers.",
    "publish": "Publish what was approved: the list, the digest, the feeds, the site.",
    "enrich": "Ask Crossref, OpenAlex and GitHub about approved papers.",
    "translate": "Translate titles and abstracts of approved papers by machine.",
    "lint": "Find faults of the curated list, and fix what is safe.",
    "export": "Write approved papers as BibTeX, RIS, CSL-JSON, CSV, JSON Lines or Parquet.",
    "prisma": "Show how many papers were found, screened, excluded and included.",
    "verify": "Build everything published again and compare the bytes.",
    "trace": "Show how a paper came to be published.",
    "schedule": "List the jobs with their next times, or print units that run them.",
    "status": "Show what is held, what ran, what is complete.",
    "doctor": "Report what is wrong and how to fix it.",
    "backup": "Copy the database into one file, safely while others use it.",
    "archive": "Show the archive of raw responses, or tidy it by its policy.",
    "restore": "Replace the database by a backup.",
    "release": "Write a version of the list that can be cited and archived.",
    "freeze": "End the survey well, or take it up again.",
    "handover": "Write a bundle from which a new machine publishes the same bytes.",
    "sections": "List the taxonomy's sections with their ids.",
    "reasons": "List the reasons for rejecting a paper, with their codes.",
    "demo": "Show every step on bundled papers, offline.",
    "replica": "Serve papers as a local arXiv on 127.0.0.1.",
}

#: group -> (its summary, its commands); all of a group are in pipeline/cli/GROUP.py
GROUPS = {
    "model": (
        "List, show and compare the kept models, or return to an older one.",
        {
            "list": "List the kept models; the one in use is marked.",
            "show": "Show what a model was trained on and how it was measured.",
            "diff": "Show which papers of the queue another model would move.",
            "rollback": "Put an older model to use again, with its predictions.",
        },
    ),
    "taxonomy": (
        "Check, compare and change the survey's taxonomy.",
        {
            "check": "Check a taxonomy's file, cue words and decisions.",
            "diff": "Show what differs between two taxonomies.",
            "migrate": "Show what a new taxonomy changes; --apply records it.",
        },
    ),
    "mail": (
        "Send issues by mail, and show what became of every mail.",
        {
            "send": "Send a published issue to everybody who confirmed.",
            "status": "Show the receipts: confirmed = sent + suppressed + failed + uncertain.",
            "test": "Send one mail to one address, made as every mail of the issue is made.",
            "preview": "Write the mail of an issue to files, as it would be sent; nothing is sent.",
            "resolve": "Decide on mails that may have arrived or not, or that failed.",
            "close": "End the mails of an issue: no one else gets it.",
            "confirmations": "Send the mails that ask people to confirm, if any wait.",
            "bounces": "Read the bounce mailbox: failed deliveries, complaints, wishes to leave.",
            "suppress": "List addresses that get no more mail; suppress one by hand, or lift it.",
        },
    ),
    "alerts": (
        "List what is wrong, tell the operator, or accept it with a reason.",
        {
            "list": "List the alarms that stand, with the remedies.",
            "send": "Look for what is wrong, and tell what is new or over.",
            "accept": "Accept an alarm that stands, with the reason.",
            "test": "Send a test message in each way of [alerts], and show what each answered.",
        },
    ),
    "ruling": (
        "List rulings, make or withdraw one, export them to a file, or import it.",
        {
            "list": "List the rulings: decisions kept as precedent.",
            "show": "Show the ruling on a paper, its history, and what contradicts it.",
            "add": "Keep a paper's standing decision as precedent, or revise its ruling.",
            "withdraw": "Withdraw the ruling on a paper; it stays on record.",
            "export": "Write the rulings to their file, plain text for a repository.",
            "import": "Record what people changed in the file of rulings.",
        },
    ),
    "ledger": (
        "List announcement days, accept one as it is, or remove days that never were.",
        {
            "list": "List the announcement days of each category.",
            "accept": "Accept a day that stays incomplete, with the reason.",
            "prune": "Show days to remove from the ledger; --apply removes them.",
        },
    ),
    "subscribers": (
        "List, add, import, export or remove people who receive mail.",
        {
            "list": "List who receives mail, with how many are in each state.",
            "add": "Ask people to subscribe; they are when they confirm.",
            "import": "Import people who agreed elsewhere.",
            "export": "Write subscribers as CSV, or all that is held of one person.",
            "remove": "End subscriptions, or erase addresses too.",
            "allow": "Let mails that ask to confirm go to people again who once wanted none.",
            "rekey": "Go on with a new key after DATABASE.subscriber-key was lost.",
        },
    ),
    "reviewer": (
        "List, add, change or disable the accounts of a team.",
        {
            "list": "List the accounts with their roles, passwords and sessions.",
            "add": "Add an account to the team; the first must be an admin's.",
            "password": "Set the password of an account, or make a link that sets it once.",
            "role": "Change what an account may do: reviewer, publisher or admin.",
            "disable": "End the sessions of an account and refuse its logins.",
            "enable": "Let a disabled account log in again, with its former password.",
            "logout": "End all sessions of an account.",
            "trail": "List acts of administration, the newest first.",
        },
    ),
    "quarantine": (
        "List the records that could not be read, or read them again.",
        {
            "list": "List the records that could not be read.",
            "retry": "Read the quarantined records again.",
            "collect": "Move stored papers whose ID is no arXiv ID into quarantine.",
        },
    ),
}


#: groups that list what they hold when no command is given
_LISTED = frozenset({"alerts", "ledger", "quarantine", "reviewer", "ruling", "subscribers"})


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
            group.default = "list" if name in _LISTED else None
            return group
        module = importlib.import_module(f"pipeline.cli.{self.module or _FILES.get(name, name)}")
        [found] = (
            one for one in vars(module).values() if isinstance(one, Command) and one.name == name
        )
        return found.build()

    def __iter__(self) -> Iterator[str]:
        return iter(self.summaries)

    def __len__(self) -> int:
        return len(self.summaries)


#: commands whose file has another name: `import` is a word of Python
_FILES = {"import": "import_"}


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
    # Commands read many small records that live to their end: looking for dead ones among them
    # after every 700, as Python does, takes a tenth of the time of `bootstrap`.
    gc.set_threshold(50_000, 20, 100)
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
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _show(
            call,
            LivingSurveyError(
                f"{where}{error.strerror or error}.",
                hint="Look for a missing permission, a full disk or a misplaced file there.",
            ),
        )


def _show(call: Call, error: LivingSurveyError) -> int:
    if call.debug:
        traceback.print_exc()
    report = {"error": error.message, "hint": error.hint}
    Output(as_json=call.as_json).show(Answer(report, notes=(f"living-survey: {error}",)))
    return error.exit_status


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
