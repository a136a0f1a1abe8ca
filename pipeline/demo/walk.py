"""Run every step offline on bundled fictional papers served by a local arXiv.

Each step is the real command in its own process. The clock is set to the sample's last Friday for
fetching and deciding, and to the following Monday for publishing.
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
from pipeline.demo.replica.records import Record, load_records
from pipeline.demo.replica.server import ReplicaServer

_FRIDAY = "2026-03-20T22:00:00+00:00"
_MONDAY = "2026-03-23T08:00:00+00:00"
_WEEK = "2026-W12"
_FIRST_DAY, _LAST_DAY = "2026-02-23", "2026-03-19"
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
    monday = datetime.fromisoformat(_MONDAY)
    settings = prepare(directory, _settings(_PORT), until=monday, replace=replace)
    records = load_records([directory / "papers.jsonl", directory / "listed.jsonl"])
    with _replica(records) as arxiv:
        variables = {
            "LIVING_SURVEY_CONFIG": str(settings),
            "LIVING_SURVEY_ARXIV__OAI_URL": arxiv.oai_url,
            "LIVING_SURVEY_ARXIV__RSS_URL": arxiv.rss_url,
            "LIVING_SURVEY_ARXIV__QUERY_URL": arxiv.query_url,
        }
        for title, words, now in _STEPS:
            say("")
            say(f"# {title}")
            environment = child_environment(os.environ, {**variables, "LIVING_SURVEY_NOW": now})
            _step(words, environment, directory, say)
    finish(directory)
    _farewell(directory, say)
    return DemoReport(
        directory=directory,
        settings=settings,
        database=directory / DATABASE,
        digest=directory / "var" / "digests" / f"{_WEEK}.html",
        seconds=round(time.monotonic() - started, 1),
    )


#: what happens, the command, the product's clock
_STEPS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("Start: an empty database beside living-survey.toml.", ("init",), _FRIDAY),
    (
        "Import the curated list, checked against arXiv. It contains errors.",
        ("bootstrap",),
        _FRIDAY,
    ),
    (
        "Fetch the past weeks.",
        ("backfill", "--from", _FIRST_DAY, "--until", _LAST_DAY),
        _FRIDAY,
    ),
    ("Train a model on the list.", ("train",), _FRIDAY),
    ("What cron calls: today's announcements, fetched and classified.", ("run",), _FRIDAY),
    ("Papers waiting for a reviewer, most likely first.", ("queue", "--limit", "8"), _FRIDAY),
    ("A reviewer's decisions, scripted here.", ("decide", "--from", "decisions.jsonl"), _FRIDAY),
    ("The week's digest: approved papers only.", ("digest", "--week", _WEEK), _MONDAY),
    ("Papers held, runs, and complete days.", ("status",), _MONDAY),
)


def _replica(records: Sequence[Record]) -> ReplicaServer:
    moment = datetime.fromisoformat(_FRIDAY)
    try:
        return ReplicaServer(records, port=_PORT, today=lambda: moment)
    except OSError:  # the port is in use; take any free one
        return ReplicaServer(records, today=lambda: moment)


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
        f"  {digests / _WEEK}.html, .md   the digest, also as {_WEEK}.zh.html in Chinese",
        f"  {here / DATABASE}   the database (SQL: docs/reference/views.md)",
        f"  {here / 'var' / 'archive'}   every raw response of the local arXiv",
        f"  {config}   the settings used",
        "",
        "Try next",
        f"  living-survey serve --config {config}",
        f"  living-survey queue --order uncertain --config {config}",
        f"  living-survey sections --config {config}",
        "  living-survey init --help   for your own survey, with the real arXiv",
        "(the command is in .venv/bin; activate with: . .venv/bin/activate)",
    ):
        say(line)
