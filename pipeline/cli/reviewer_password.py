"""Read a password from the terminal, a file or standard input; never from the arguments."""

import getpass
import sys
from pathlib import Path

from config.errors import UsageError
from config.schema import Settings
from config.secret import first_line
from pipeline.curated.title import survey_title
from pipeline.review.accounts.passwords import check_password


def entered_password(settings: Settings, account: str, file: Path | None) -> str:
    """Return a checked password; `file` is `-` for standard input, None for the terminal.

    Raises:
        PasswordError: it may not be set.
        UsageError: there is no terminal, or two different ones were entered.
        ConfigError: the file cannot be read.
    """
    if file is None:
        entered = _asked(account)
    elif str(file) == "-":
        entered = sys.stdin.readline().rstrip("\r\n")
    else:
        entered = first_line(file, "--password-file")
    check_password(entered, (account, survey_title(settings.survey)))
    return entered


def _asked(account: str) -> str:
    if not sys.stdin.isatty():
        raise UsageError(
            "There is no terminal to ask for the password on.",
            hint="Use --link, or --password-file FILE (- reads standard input).",
        )
    entered = getpass.getpass(f"Password of {account}: ")
    if getpass.getpass("The same again: ") != entered:
        raise UsageError("These were two different passwords.", hint="Nothing was changed.")
    return entered
