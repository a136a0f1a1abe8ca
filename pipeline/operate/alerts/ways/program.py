"""Tell by a program of the operator's, which gets the text on its standard input."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from config.processes import child_environment
from config.visible import one_line, shortened
from pipeline.operate.alerts.message import Message
from pipeline.operate.alerts.ways.way import Told
from storage.alert_types import AlertKind

#: bytes of its error output that are read, and characters that are kept
_READ, _KEPT = 4_000, 200


def program_teller(
    words: Sequence[str],
    environment: Mapping[str, str],
    *,
    secrets: Collection[str],
    seconds: float,
    directory: Path,
) -> Callable[[Message], Told]:
    """Return what starts the program with a message.

    Args:
        words: the program and its arguments; no shell reads them.
        environment: of this process.
        secrets: variables that the program does not get, as none of `LIVING_SURVEY_*`.
        seconds: the time limit.
        directory: where it starts.
    """
    own = child_environment(environment)
    given = {name: value for name, value in own.items() if name not in secrets}

    def tell(message: Message) -> Told:
        variables = {
            **given,
            "ALARM_ID": message.id,
            "ALARM_SUBJECT": message.subject.replace("\0", ""),
        }
        with tempfile.TemporaryFile() as errors:
            try:
                process = subprocess.Popen(  # noqa: S603  the operator's own words, no shell
                    list(words),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                    env=variables,
                    cwd=directory,
                    start_new_session=True,  # so that its children end with it
                )
            except OSError as error:
                said = f"{words[0]} cannot be started: {error.strerror or error}"
                return Told(AlertKind.FAILED, said)
            return _ended(process, message.text.encode(), errors, seconds)

    return tell


def _ended(
    process: "subprocess.Popen[bytes]", text: bytes, errors: IO[bytes], seconds: float
) -> Told:
    try:
        process.communicate(text, timeout=seconds)
    except subprocess.TimeoutExpired:
        _kill(process)
        return Told(AlertKind.UNCERTAIN, f"it did not end within {seconds:g} s and was killed")
    except BaseException:
        _kill(process)
        raise
    errors.seek(0)
    said = shortened(one_line(errors.read(_READ).decode("utf-8", "replace")), _KEPT)
    if process.returncode:
        return Told(
            AlertKind.FAILED, f"it ended with status {process.returncode}: {said}".rstrip(": ")
        )
    return Told(AlertKind.TOLD, "it ended with status 0")


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(BrokenPipeError):
        process.communicate()
