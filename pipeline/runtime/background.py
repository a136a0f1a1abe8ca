"""Run commands of our own one after another in the background of a service.

Each is a process of its own, because training must not slow the pages. One sequence runs at a time.
"""

import json
import logging
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from config.processes import own_command
from pipeline.runtime.jobs import message_of

_log = logging.getLogger(__name__)

#: seconds a command may take to end after SIGTERM
_GRACE = 30.0


class Stage(StrEnum):
    """How far a sequence is."""

    IDLE = "idle"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Background:
    """The state of the last sequence at one moment."""

    stage: Stage = Stage.IDLE
    #: the command that runs, or that failed
    command: str = ""
    started_at: datetime | None = None
    #: by command that ended well, its report
    reports: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    #: why it failed, with the remedy
    message: str = ""


class BackgroundCommands:
    """Runs commands and knows how they ended."""

    def __init__(
        self,
        commands: Sequence[str],
        *,
        environment: Mapping[str, str],
        clock: Callable[[], datetime],
        options: Sequence[str] = (),
        start: Callable[[str], Sequence[str]] = own_command,
    ) -> None:
        """Prepare.

        Args:
            commands: names of our commands, in order.
            environment: of the processes.
            clock: tells when a sequence started.
            options: of every command.
            start: returns what starts a command.
        """
        self.commands = tuple(commands)
        self._environment = dict(environment)
        self._clock = clock
        self._options = tuple(options)
        self._start = start
        self._lock = threading.Lock()
        self._state = Background()
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False

    @property
    def state(self) -> Background:
        """The present state."""
        return self._state

    def start(self) -> bool:
        """Start the commands; return False if they run already or the service ends."""
        with self._lock:
            if self._state.stage is Stage.RUNNING or self._stopped:
                return False
            self._state = Background(Stage.RUNNING, self.commands[0], self._clock())
            self._thread = threading.Thread(target=self._run, name="background", daemon=True)
            self._thread.start()
            return True

    def stop(self) -> None:
        """End the running command; what it has stored stays."""
        with self._lock:
            self._stopped = True
            process, thread = self._process, self._thread
        if process is not None and process.poll() is None:
            process.terminate()
        if thread is not None:
            thread.join(_GRACE)
        if process is not None and process.poll() is None:
            process.kill()

    def wait(self) -> Background:
        """Return the state after the running commands ended."""
        if self._thread is not None:
            self._thread.join()
        return self._state

    def _run(self) -> None:
        try:
            if all(self._ended_well(command) for command in self.commands):
                self._state = replace(self._state, stage=Stage.DONE)
        finally:
            if self._state.stage is Stage.RUNNING:  # after a bug, whose traceback is logged
                self._failed("It ended unexpectedly.")

    def _ended_well(self, command: str) -> bool:
        self._state = replace(self._state, command=command)
        _log.info("background command started", extra={"command": command})
        try:
            status, output, errors = self._called(command)
        except OSError as error:  # no memory, or no file descriptors
            self._failed(f"`{command}` cannot be started: {error}.")
            return False
        _log.info("background command ended", extra={"command": command, "status": status})
        if status:
            said = message_of(errors) or f"`{command}` ended with status {status}."
            self._failed("The service ended." if self._stopped else said)
            return False
        reports = {**self._state.reports, command: _report(output)}
        self._state = replace(self._state, reports=reports)
        return True

    def _failed(self, message: str) -> None:
        self._state = replace(self._state, stage=Stage.FAILED, message=message.strip())

    def _called(self, command: str) -> tuple[int, str, str]:
        with self._lock:
            if self._stopped:
                return 1, "", ""
            self._process = process = subprocess.Popen(  # noqa: S603  our own commands
                [*self._start(command), "--json", *self._options],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
        output, errors = process.communicate()
        return process.returncode, output, errors


def _report(output: str) -> Mapping[str, Any]:
    try:
        found = json.loads(output)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
