"""The Containerfile's steps work: tried without an engine, and built where there is one."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.cli import ROOT, Survey

FILE = ROOT / "Containerfile"
PIP = "/opt/venv/bin/python -m pip install"


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Containerfile."""

    name: str
    arguments: str

    @property
    def words(self) -> list[str]:
        """The words, also of the form of a JSON list."""
        text = self.arguments[self.arguments.find("[") :] if "[" in self.arguments else ""
        return list(json.loads(text)) if text else shlex.split(self.arguments)


def instructions() -> list[Instruction]:
    lines = FILE.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    kept = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return [Instruction(*line.split(None, 1)) for line in kept]


def named(name: str) -> list[Instruction]:
    return [each for each in instructions() if each.name == name]


def copied() -> list[str]:
    """Return what is copied from the checkout."""
    return [
        source
        for each in named("COPY")
        if not each.arguments.startswith("--from")
        for source in each.words[:-1]
    ]


def distributions(lock: str) -> dict[str, str]:
    found = re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE)
    return dict(found)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the last install step on what the Containerfile copies, and on nothing else."""
    checkout = tmp_path_factory.mktemp("checkout")
    for source in copied():
        path = ROOT / source
        if path.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(path, checkout / source, ignore=ignored)
        else:
            shutil.copy(path, checkout / source)
    [*_, step] = [each for each in named("RUN") if PIP in each.arguments]
    target = tmp_path_factory.mktemp("target")
    options = step.arguments.removeprefix(PIP).split()
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target), *options],
        cwd=checkout,
        check=True,
        timeout=600,
    )
    return target


@dataclass(frozen=True)
class Container(Survey):
    """A survey whose commands run from the installed files, not from the checkout."""

    target: Path = Path()

    def env(self, **environment: str) -> dict[str, str]:
        """Return the environment of a call, with the installed files first."""
        libraries = sysconfig.get_paths()["purelib"]
        given = super().env(**environment)
        return given | {"PYTHONPATH": f"{self.target}{os.pathsep}{libraries}"}


def test_every_copied_path_exists() -> None:
    assert copied()
    for source in copied():
        assert (ROOT / source).exists(), source


def test_install_uses_the_hashed_lock() -> None:
    steps = [each.arguments for each in named("RUN") if PIP in each.arguments]
    assert "--require-hashes --requirement requirements-run.lock" in steps[0]
    assert "--no-deps --no-build-isolation" in steps[1]
    assert len(steps) == 2


def test_run_lock_has_the_versions_of_the_whole_lock_without_the_test_tools() -> None:
    run, whole = distributions("requirements-run.lock"), distributions("requirements.lock")
    assert run.items() <= whole.items()
    assert {"duckdb", "scikit-learn", "starlette", "hatchling"} <= run.keys()
    assert not {"pytest", "playwright", "mypy", "ruff"} & run.keys()
    text = (ROOT / "requirements-run.lock").read_text(encoding="utf-8")
    assert text.count("--hash=sha256:") >= len(run)


def test_container_runs_without_root_and_without_secrets() -> None:
    user = named("USER")[-1].words
    assert user not in (["root"], ["0"])
    assert named("VOLUME")[-1].words == ["/data"]
    text = FILE.read_text(encoding="utf-8")
    assert not re.search(r"(?i)password|token|secret|_key", text)
    last = instructions()[-1]
    assert [each.name for each in instructions() if each.name == "USER"]
    assert last.name == "CMD"


def test_installed_files_are_whole(installed: Path, tmp_path: Path) -> None:
    survey = Container(tmp_path, target=installed)
    where = subprocess.run(
        [sys.executable, "-P", "-c", "import pipeline; print(pipeline.__file__)"],
        cwd=tmp_path,
        env=survey.env(),
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    assert where.stdout.startswith(str(installed))
    for words in (("init", "--contact", "a@b.org"), ("sections",), ("status",), ("backup",)):
        ended = survey.call(*words)
        assert ended.status == 0, ended.err
    assert survey.call("schedule", "--print", "github-actions").status == 0


def test_command_and_health_check_of_the_container_work(installed: Path, tmp_path: Path) -> None:
    survey = Container(tmp_path, target=installed)
    assert survey.call("init").status == 0
    words = [*named("ENTRYPOINT")[-1].words, *named("CMD")[-1].words]
    assert words[0] == "living-survey"
    service = subprocess.Popen(
        [sys.executable, "-P", "-m", "pipeline", *words[1:], "--port", "0"],
        cwd=tmp_path,
        env=survey.env(),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert service.stderr is not None
    try:
        port = service.stderr.readline().split("?token=")[0].rstrip("/").rpartition(":")[2]
        assert _health(survey, port) == 0
    finally:
        service.send_signal(signal.SIGTERM)
        service.communicate(timeout=600)
    assert _health(survey, port) != 0


def _health(survey: Survey, port: str) -> int:
    [check] = named("HEALTHCHECK")
    program, *rest = check.words
    assert program == "python"
    return subprocess.run(
        [sys.executable, *(word.replace("8765", port) for word in rest)],
        env=survey.env(),
        stderr=subprocess.DEVNULL,
        check=False,
        timeout=600,
    ).returncode


def test_engine_builds_the_image() -> None:
    engine = next((found for name in ("podman", "docker") if (found := shutil.which(name))), None)
    if (
        engine is None
        or subprocess.run([engine, "info"], check=False, capture_output=True).returncode
    ):
        pytest.skip("needs a container engine that runs")
    subprocess.run(
        [engine, "build", "--file", str(FILE), "--tag", "living-survey:test", str(ROOT)],
        check=True,
        timeout=3000,
    )
    subprocess.run(
        [engine, "run", "--rm", "living-survey:test", "--version"], check=True, timeout=600
    )
