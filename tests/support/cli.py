"""Call commands as a user does, by processes or inside the test, against a local arXiv."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from config.processes import child_environment
from pipeline.cli.command import Call
from pipeline.cli.main import run
from tests.support.logs import logging_restored

ROOT = Path(__file__).resolve().parents[2]
#: ends a process that hangs, below the timeout of a test; a loaded machine stays far below it
PATIENCE_SECONDS = 900


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The JSON document on stdout."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Result:
    """How a command ended that was called in this process."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Both streams."""
        return self.stdout + self.stderr


def call_in_process(*argv: str, env: Mapping[str, str] | None = None) -> Result:
    """Run `living-survey argv...` in this process with these variables beside the environment's."""
    # as sys.stdout, which has a stream of bytes below it
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="", write_through=True)
    err = io.StringIO()
    with (
        logging_restored(),
        pytest.MonkeyPatch.context() as patched,
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        for name, value in (env or {}).items():
            patched.setenv(name, value)
        status = run(Call(argv))
    written = out.buffer.getvalue().decode()
    return Result(status, written, err.getvalue())


@dataclass(frozen=True)
class Survey:
    """A directory with settings, in which commands are called."""

    directory: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def call(self, *words: str, **environment: str) -> Ended:
        """Run `living-survey words...` here and return how it ended."""
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", *words],
            cwd=self.directory,
            env=self.env(**environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def env(self, **environment: str) -> dict[str, str]:
        """Return the environment of a call: ours, without the caller's own settings."""
        given = {"PYTHONPATH": str(ROOT), **self.environment, **environment}
        return child_environment(os.environ, given)

    def json(self, *words: str, **environment: str) -> Any:
        """Run with --json, insist on success, and return the document."""
        ended = self.call(*words, "--json", **environment)
        assert ended.status == 0, ended.err
        return ended.document


class SurveyInProcess(Survey):
    """A survey whose commands run inside the test: no new process, the same exit statuses."""

    def call(self, *words: str, **environment: str) -> Ended:
        """Run `living-survey words...` inside the test and return how it ended."""
        with (
            contextlib.chdir(self.directory),
            mock.patch.dict(os.environ, self.env(**environment), clear=True),
        ):
            ended = call_in_process(*words)
        return Ended(ended.exit_code, ended.stdout, ended.stderr)


def survey_at(directory: Path, *, url: str, now: str, **settings: str) -> Survey:
    """Return a survey in `directory` that talks to the local arXiv at `url`."""
    return Survey(directory, _environment(directory, url, now, settings))


def survey_in_process(directory: Path, *, url: str, now: str, **settings: str) -> SurveyInProcess:
    """Return what `survey_at` returns, with commands that run inside the test."""
    return SurveyInProcess(directory, _environment(directory, url, now, settings))


def _environment(
    directory: Path, url: str, now: str, settings: Mapping[str, str]
) -> dict[str, str]:
    return {
        "LIVING_SURVEY_NOW": now,
        "LIVING_SURVEY_ARXIV__OAI_URL": f"{url}/oai",
        "LIVING_SURVEY_ARXIV__RSS_URL": url,
        "LIVING_SURVEY_ARXIV__QUERY_URL": f"{url}/api/query",
        "LIVING_SURVEY_ARXIV__MIN_INTERVAL_SECONDS": "0.001",
        "LIVING_SURVEY_ARXIV__LIMITER": str(directory / "limiter"),
        **settings,
    }
