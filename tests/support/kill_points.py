"""Kill commands with SIGKILL before each of their steps that can be seen from outside.

A step is a commit, what follows it, a write outside a transaction, and a file of the survey that is
opened for writing, renamed or removed. Commands run in processes forked from one that has imported
everything and opened nothing, because a start of Python each time would take minutes.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.store import store_opener
from tests.support.cli import ROOT, Survey
from tests.support.kill import DATABASE, copied

_PARENT = """
import json, os, signal, sys
import duckdb, pipeline.cli.main, pipeline.review.decide
from pipeline.cli.command import Call
from pipeline.cli.main import run
from storage.engine.session import Session

WRITES = ("INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "DROP", "ALTER", "CHECKPOINT")
FILES = ("os.rename", "os.remove", "os.link")

class Steps:
    def __init__(self, directory, kill_at):
        self.directory, self.kill_at, self.number = directory, kill_at, 0

    def one(self):
        self.number += 1
        if self.number == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def audited(self, event, args):
        if event == "open":
            changes = isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        else:
            changes = event in FILES
        if not changes or isinstance(args[0], int):
            return
        path = os.path.abspath(os.fsdecode(args[0]))
        if event == "os.remove" and not os.path.exists(path):
            return
        if path.startswith(self.directory) and "lock" not in os.path.basename(path):
            self.one()

class Cursor:
    def __init__(self, inner, steps):
        self.inner, self.steps, self.within = inner, steps, False

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def execute(self, sql, *parameters):
        word = sql.split(None, 1)[0].upper()
        if word == "COMMIT" or (word in WRITES and not self.within):
            self.steps.one()
        made = self.inner.execute(sql, *parameters)
        if word in ("BEGIN", "COMMIT", "ROLLBACK"):
            self.within = word == "BEGIN"
        if word == "COMMIT":
            self.steps.one()
        return made

    def cursor(self):
        return Cursor(self.inner.cursor(), self.steps)

def child(asked):
    os.chdir(asked["directory"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    out = os.open(asked["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(out, stream)
    steps, begin = Steps(asked["directory"] + os.sep, asked["kill_at"]), Session.__init__
    def init(self, cursor, **hooks):
        begin(self, cursor if isinstance(cursor, Cursor) else Cursor(cursor, steps), **hooks)
    Session.__init__ = init
    sys.addaudithook(steps.audited)
    status = 70
    try:
        status = run(Call(tuple(asked["words"])))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        with open(asked["out"] + ".steps", "w") as file:
            file.write(str(steps.number))
        os._exit(status)

for line in sys.stdin:
    asked = json.loads(line)
    pid = os.fork()
    if pid == 0:
        child(asked)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""
#: of an execution, so never equal
_OWN = ("run_start", "run_words", "run_versions", "run_end", "run_detail", "store_state")


@dataclass(frozen=True)
class Killer:
    """Runs commands, and kills them."""

    process: "subprocess.Popen[str]"
    out: Path

    def run(self, survey: Survey, words: Sequence[str], kill_at: int = 0) -> int:
        """Run a command and kill it before a step, 0: never; return its status, -9 if killed."""
        asked = {
            "directory": str(survey.directory),
            "environment": survey.env(),
            "words": list(words),
            "kill_at": kill_at,
            "out": str(self.out),
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def steps(self) -> int:
        """Return how many steps the last command took that was not killed."""
        return int(self.out.with_name(self.out.name + ".steps").read_text(encoding="utf-8"))

    def said(self) -> str:
        """Return what the last command printed."""
        return self.out.read_text(encoding="utf-8")


@contextmanager
def killer(directory: Path) -> Iterator[Killer]:
    """Start the process that commands are forked from."""
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        try:
            yield Killer(process, directory / "said")
        finally:
            process.kill()


def killed_at_each_step(
    kills: Killer, template: Survey, words: Sequence[str], directory: Path
) -> Iterator[Survey]:
    """Yield a copy of a survey for each step of a command, killed before it."""
    whole = copied(template, directory / "whole")
    assert kills.run(whole, words) == 0, kills.said()
    last = kills.steps()
    yield whole
    for step in range(1, last + 1):
        survey = copied(template, directory / "killed")
        assert kills.run(survey, words, step) == -9, (step, kills.said())
        yield survey
        shutil.rmtree(survey.directory)


def stored(survey: Survey) -> dict[str, Any]:
    """Return every row of every table, apart from what belongs to the execution."""
    with store_opener(survey.directory / DATABASE)() as store:
        session = store._session
        names = [
            row[0]
            for row in session.rows("SELECT table_name FROM duckdb_tables() WHERE NOT temporary")
        ]
        assert store.integrity.faults() == ()
        return {
            name: sorted(session.rows(f"SELECT * FROM {name}"), key=repr)
            for name in names
            if name not in _OWN
        }
