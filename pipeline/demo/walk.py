"""Run every step offline on bundled fictional papers served by a local arXiv.

Each step is the real command in its own process. The clock is set to three Fridays, on which papers
are fetched and decided, and to the Monday after them, when decided papers changed at arXiv.
"""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.errors import LivingSurveyError
from config.processes import child_environment, own_command
from pipeline.demo.place import DATABASE, finish, prepare
from pipeline.demo.replica.records import load_records
from pipeline.demo.replica.server import ReplicaServer
from pipeline.demo.steps import CHANGED, MONDAY, PAPERS, STEPS, WEEK
from pipeline.ingest.protocol.record import Record

_PORT = 8799


@dataclass(frozen=True, slots=True)
class DemoReport:
    """The files the demo created."""

    directory: Path
    settings: Path
    database: Path
    digest: Path
    seconds: float


class DemoFailedError(LivingSurveyError):
    """A step of the demo failed."""


def run_demo(directory: Path, *, say: Callable[[str], None], replace: bool = False) -> DemoReport:
    """Run the demo in `directory`, replacing an earlier demo there.

    With `replace` also a demo in which somebody decided or wrote is replaced.

    Raises:
        UsageError: the directory contains something else, or somebody's work.
        DemoFailedError: a step failed.
    """
    started = time.monotonic()
    directory = directory.absolute()
    settings = prepare(directory, _settings(_PORT), until=STEPS[-1].now, replace=replace)
    before = load_records([directory / name for name in PAPERS])
    # a later row for an ID replaces an earlier one
    after = load_records([directory / name for name in (*PAPERS, CHANGED)])
    present = [STEPS[0].now]
    with _replica(before, lambda: present[-1]) as arxiv:
        variables = {
            "LIVING_SURVEY_CONFIG": str(settings),
            "LIVING_SURVEY_ARXIV__OAI_URL": arxiv.oai_url,
            "LIVING_SURVEY_ARXIV__RSS_URL": arxiv.rss_url,
            "LIVING_SURVEY_ARXIV__QUERY_URL": arxiv.query_url,
        }
        for step in STEPS:
            present.append(step.now)
            if step.now >= MONDAY:
                arxiv.hold(after)
            say("")
            say(f"# {step.title}")
            now = {"LIVING_SURVEY_NOW": step.now.isoformat()}
            environment = child_environment(os.environ, {**variables, **now})
            _step(step.words, environment, directory, say)
    finish(directory)
    _farewell(directory, say)
    return DemoReport(
        directory=directory,
        settings=settings,
        database=directory / DATABASE,
        digest=directory / "var" / "digests" / f"{WEEK}.html",
        seconds=round(time.monotonic() - started, 1),
    )


def _replica(records: Sequence[Record], clock: Callable[[], datetime]) -> ReplicaServer:
    try:
        return ReplicaServer(records, port=_PORT, today=clock)
    except OSError:  # the port is in use; take any free one
        return ReplicaServer(records, today=clock)


def _step(
    words: tuple[str, ...],
    environment: Mapping[str, str],
    directory: Path,
    say: Callable[[str], None],
) -> None:
    say(f"$ living-survey {' '.join(words)}")
    done = subprocess.run(  # noqa: S603  # our own command, our own words
        own_command(*words),
        cwd=directory,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    for line in done.stdout.splitlines():
        say(f"  {line}")
    if done.returncode != 0:
        raise DemoFailedError(
            f"`living-survey {' '.join(words)}` ended with status {done.returncode}.",
            hint=f"Its message is printed above; the files so far are in {directory}.",
        )


def _settings(port: int) -> str:
    return f"""\
# The demo's settings: a local arXiv replaces the real one.
[survey]
title = "A Fictional Survey of Multimodal Generation"
list = "list.md"

[arxiv]
oai_url = "http://127.0.0.1:{port}/oai"
rss_url = "http://127.0.0.1:{port}"
query_url = "http://127.0.0.1:{port}/api/query"
sets = ["cs", "eess"]
categories = ["cs.CV", "cs.CL", "cs.LG", "cs.MM", "cs.SD"]
min_interval_seconds = 0.01
limiter = "var/limiter"

[review]
likely_from = 25

[alerts]
backup_days = 0

[digest]
languages = ["en", "zh"]
"""


def _farewell(directory: Path, say: Callable[[str], None]) -> None:
    here = Path(os.path.relpath(directory))
    config = here / "living-survey.toml"
    digests = here / "var" / "digests"
    for line in (
        "",
        "Files",
        f"  {digests / WEEK}.html, .md   the digest, also as {WEEK}.zh.html in Chinese",
        f"  {here / DATABASE}   the database (SQL: docs/reference/views.md)",
        f"  {here / 'var' / 'archive'}   every raw response of the local arXiv",
        f"  {config}   the settings used",
        "",
        "Try next, on the demo's day",
        f"  export LIVING_SURVEY_NOW={STEPS[-1].now.isoformat()}",
        f"  living-survey serve --config {config}",
        f"  living-survey doubles --config {config}",
        f"  living-survey plan --minutes 15 --config {config}",
        f"  living-survey queue --order uncertain --config {config}",
        f"  living-survey sections --config {config}",
        "  living-survey init --help   for your own survey, with the real arXiv",
        "(the command is in .venv/bin; activate with: . .venv/bin/activate)",
    ):
        say(line)
