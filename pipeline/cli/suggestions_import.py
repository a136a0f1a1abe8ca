"""`suggestions import`: issues of GitHub and mails to the list as suggestions."""

import mailbox
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from config.errors import UsageError
from config.files import open_regular
from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.cli.session import session
from pipeline.publish.mail.mailbox import Mailbox, Maildir
from pipeline.runtime.mails import LONGEST_MAIL
from pipeline.runtime.plurals import counted
from pipeline.suggestions.import_ import ImportReport, import_issues, import_mails
from pipeline.suggestions.issue_export import LONGEST_EXPORT, read_issues
from pipeline.suggestions.mails import read_mail

#: what a file in mbox format begins with
_MBOX = b"From "
#: left out ones that are named
_NAMED = 10
_WHY = {
    "other": "no field and no arXiv ID",
    "fault_no_id": "no arXiv ID",
    "fault_odd_id": "no possible arXiv ID",
    "fault_several": "several papers",
    "fault_section": "a section that does not exist",
    "fault_no_section": "no section",
    "fault_no_venue": "no venue",
    "fault_no_code": "no address of code",
    "fault_no_double": "no other paper",
    "fault_same": "the same paper twice",
    "fault_no_note": "no sentence of what is wrong",
    "fault_too_long_text": "a text that is too long",
}


class Mbox:
    """A file of messages, which is only read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def new(self) -> Iterator[tuple[str, bytes]]:
        """Yield the place and the beginning of each message."""
        box = mailbox.mbox(self._path, create=False)
        try:
            for key in box.keys():  # noqa: SIM118  mailbox has no iterator of keys
                yield str(key), box.get_file(key).read(LONGEST_MAIL)
        finally:
            box.close()

    def seen(self, key: str) -> None:
        """Leave the file as it is; messages are recognised by their IDs."""


@command(
    "import",
    examples="""
    living-survey suggestions import issues.json
    living-survey suggestions import - < issues.json
    living-survey suggestions import ~/Mail/list
    living-survey suggestions import list.mbox
    """,
)
def import_(
    invocation: Invocation,
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SOURCE",
            help="Issues as JSON (`-`: from standard input), a Maildir, or a file in mbox format.",
            show_default=False,
        ),
    ],
) -> Answer:
    """Import issues of GitHub, or mails to the list.

    Issues come from `gh issue list --json` or the REST API; closed ones are left out. Of mails only
    the sender's own words are read. An issue or message that was imported before changes nothing.
    """
    with session(invocation, "suggestions import") as opened:
        services = opened.services
        text = _export(source)
        if text is not None:
            report = import_issues(services, read_issues(text))
        else:
            box = _mailbox(source)
            read = {key: mail for key, raw in box.new() if (mail := read_mail(raw)) is not None}
            report = import_mails(services, read.values())
            other = {one.origin for one in report.left_out}
            for key, mail in read.items():
                if mail.origin not in other:  # the rest of the mailbox stays as it is
                    box.seen(key)
        opened.run.count(suggested=len(report.stored))
    return Answer(report, tuple(_lines(report)), tuple(_notes(report)))


def _export(source: Path) -> str | None:
    """Return the text of an export of issues; None: it is a mailbox."""
    if str(source) == "-":
        return sys.stdin.buffer.read(LONGEST_EXPORT + 1).decode("utf-8", "replace")
    if source.is_dir():
        return None
    try:
        with open_regular(source) as file:
            beginning = file.read(len(_MBOX))
            raw = beginning if beginning == _MBOX else beginning + file.read(LONGEST_EXPORT)
    except OSError as error:
        raise UsageError(
            f"{source} cannot be read: {error.strerror or error}.", hint="Name another file."
        ) from error
    return None if raw == _MBOX else raw.decode("utf-8", "replace")


def _mailbox(source: Path) -> Mailbox:
    if not source.is_dir():
        return Mbox(source)
    if not (source / "new").is_dir() and not (source / "cur").is_dir():
        raise UsageError(
            f"{source} is no Maildir: it has neither `new` nor `cur`.", hint="Name another."
        )
    return Maildir(source)


def _lines(report: ImportReport) -> Iterator[str]:
    already = f", {report.already} already" if report.already else ""
    yield f"{counted(len(report.stored), 'suggestion')} stored{already}"


def _notes(report: ImportReport) -> Iterator[str]:
    for one in report.left_out[:_NAMED]:
        yield f"living-survey: left out {one.origin}: {_WHY.get(one.why, one.why)}"
    rest = len(report.left_out) - _NAMED
    if rest > 0:
        yield f"living-survey: and {rest} more"
