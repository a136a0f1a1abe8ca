"""Tell by a program of the operator's, which gets the text on its standard input."""

import os
import signal
import subprocess
import threading
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
#: seconds until what a program wrote before it ended is read
_LINGERS = 2.0


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
        try:
            process = subprocess.Popen(  # noqa: S603  the operator's own words, no shell
                list(words),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=variables,
                cwd=directory,
                start_new_session=True,  # so that its children end with it
            )
        except OSError as error:
            said = f"{words[0]} cannot be started: {error.strerror or error}"
            return Told(AlertKind.FAILED, said)
        return _ended(process, message.text.encode(), seconds)

    return tell


class _Errors:
    """Reads a stream to its end and keeps its beginning, so that no disk or memory fills."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._kept = stream, b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def beginning(self) -> bytes:
        """Return it; what a process that outlives the program still writes is not waited for."""
        self._reader.join(_LINGERS)
        return self._kept

    def _read(self) -> None:
        with self._stream:
            while piece := os.read(self._stream.fileno(), _READ):
                self._kept += piece[: _READ - len(self._kept)]


def _ended(process: "subprocess.Popen[bytes]", text: bytes, seconds: float) -> Told:
    assert process.stderr is not None
    errors, process.stderr = _Errors(process.stderr), None  # `communicate` would keep all of it
    try:
        process.communicate(text, timeout=seconds)
    except subprocess.TimeoutExpired:
        _kill(process)
        return Told(AlertKind.UNCERTAIN, f"it did not end within {seconds:g} s and was killed")
    except BaseException:
        _kill(process)
        raise
    said = shortened(one_line(errors.beginning().decode("utf-8", "replace")), _KEPT)
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
