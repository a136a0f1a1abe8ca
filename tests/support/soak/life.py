"""Call commands on simulated days, kill some of them, and measure each."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.support.cli import Survey

#: wait for a process so long before looking again
_MOMENT_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Call:
    """One execution of a command."""

    words: tuple[str, ...]
    at: datetime
    #: negative: the signal that ended it
    status: int
    said: str
    seconds: float
    #: the most memory it had, in bytes
    memory: int


@dataclass
class Life:
    """A survey, its clock, and what was called."""

    survey: Survey
    dice: random.Random
    now: datetime
    calls: list[Call] = field(default_factory=list)
    #: by command, how often it was killed
    kills: Counter[str] = field(default_factory=Counter)
    #: seconds of earlier executions
    _took: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @property
    def directory(self) -> Path:
        """The directory of the settings."""
        return self.survey.directory

    def call(self, *words: str, allowed: Collection[int] = (0,)) -> Call:
        """Run a command to its end; `allowed` are its exit statuses on a day with faults."""
        ended = self._run(words, None)
        assert ended.status in allowed, (words, self.now, ended.status, ended.said[-2_000:])
        self._took[words[0]].append(ended.seconds)
        return ended

    def robust(self, *words: str, allowed: Collection[int] = (0,), chance: float = 0.25) -> Call:
        """Run a command; sometimes kill it at a random moment first, up to three times."""
        for _ in range(3):
            if self.dice.random() >= chance:
                break
            usual = self._took[words[0]][-1] if self._took[words[0]] else 1.0
            killed = self._run(words, self.dice.uniform(0.2, 1.0) * usual)
            if killed.status == -signal.SIGKILL:
                self.kills[words[0]] += 1
        return self.call(*words, allowed=allowed)

    def json(self, *words: str) -> Any:
        """Return the JSON document of a command."""
        return self.survey.json(*words, LIVING_SURVEY_NOW=self.now.isoformat())

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start a service, whose lines on stderr can be read."""
        return subprocess.Popen(
            [sys.executable, "-m", "pipeline", *words],
            cwd=self.directory,
            env=self.survey.env(LIVING_SURVEY_NOW=self.now.isoformat()),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def memory_of(self, command: str) -> list[int]:
        """Return the most memory of each complete execution of a command, in bytes."""
        return [one.memory for one in self.calls if one.words[0] == command and one.status >= 0]

    def _run(self, words: tuple[str, ...], kill_after: float | None) -> Call:
        started = time.monotonic()
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "pipeline", *words],
                cwd=self.directory,
                env=self.survey.env(LIVING_SURVEY_NOW=self.now.isoformat()),
                stdout=said,
                stderr=subprocess.STDOUT,
            )
            memory = 0
            while True:
                memory = max(memory, _peak_of(process.pid))
                pid, status = os.waitpid(process.pid, os.WNOHANG)
                if pid:
                    break
                if kill_after is not None and time.monotonic() - started >= kill_after:
                    os.kill(process.pid, signal.SIGKILL)
                    kill_after = None
                time.sleep(_MOMENT_SECONDS)
            process.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            ended = Call(
                words,
                self.now,
                process.returncode,
                said.read(),
                time.monotonic() - started,
                memory,
            )
        self.calls.append(ended)
        return ended


def _peak_of(pid: int) -> int:
    """Return the most memory that a process had so far in bytes; 0 when it has ended.

    What the kernel reports of an ended process includes the one that started it, see getrusage(2);
    the tests are larger than a command.
    """
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    peaks = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")]
    return peaks[0] * 1024 if peaks else 0
