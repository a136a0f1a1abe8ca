"""The printed workflow: its structure, and its scripts run by bash against a stand-in for `gh`."""

import os
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.operate.units.installation import Installation
from pipeline.operate.units.kinds import Kind
from tests.operate.test_units import VALUE, installed, text_of
from tests.support.units import called, make_program

#: keeps releases as folders below $RELEASES; `jq` stands for the one in `gh`
GH = r"""#!/usr/bin/env python3
import os, pathlib, shutil, sys
releases = pathlib.Path(os.environ["RELEASES"])
words = sys.argv[1:]
if words[0] == "api":
    if words[1] == "-X":
        (releases / "enabled").write_text(words[3])
    else:
        print(os.environ["PUBLIC"])
    sys.exit()
verb, tag, *rest = words[1:]
assets = releases / tag
if os.environ.get("OUTAGE"):
    sys.exit("HTTP 502")
if verb == "create":
    assets.mkdir()
elif not assets.is_dir():
    sys.exit("release not found")
elif verb == "upload":
    shutil.copy(rest[0], assets)
elif verb == "download":
    shutil.copy(assets / rest[1], rest[3])
elif verb == "delete-asset":
    (assets / rest[0]).unlink()
elif verb == "view" and rest:
    names = sorted(path.name for path in assets.iterdir())
    if "last" in rest[3]:
        print(names[-1] if names else "")
    else:
        print("".join(f"{name}\n" for name in names[:-5]), end="")
"""


def document(installation: Installation) -> dict[Any, Any]:
    loaded = yaml.safe_load(text_of(Kind.GITHUB_ACTIONS, installation))
    assert isinstance(loaded, dict)
    return loaded


def job_of(installation: Installation) -> dict[str, Any]:
    [job] = document(installation)["jobs"].values()
    assert isinstance(job, dict)
    return job


def script(installation: Installation, name: str) -> str:
    [step] = [step for step in job_of(installation)["steps"] if step.get("name") == name]
    return str(step["run"])


def bash(
    installation: Installation, folder: Path, name: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the step of this name as GitHub does, in a checkout."""
    tools = folder / "tools"
    if not (tools / "gh").exists():
        make_program(tools / "living-survey")
        make_program(tools / "gh").write_text(GH, encoding="utf-8")
        (folder / "releases").mkdir()
        (folder / "temp").mkdir()
    given = {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "HOME": str(folder),
        "RELEASES": str(folder / "releases"),
        "RUNNER_TEMP": str(folder / "temp"),
        "GITHUB_REPOSITORY": "me/survey",
        "STATE": "living-survey-state",
        "PUBLIC": "false",
        "PUBLIC_STATE": "",
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script(installation, name)],
        cwd=installation.root,
        env={**given, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def states(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "releases/living-survey-state").iterdir())


def test_workflow_has_the_parts_that_github_needs(tmp_path: Path) -> None:
    loaded = document(installed(tmp_path))
    assert set(loaded) == {"name", True, "permissions", "concurrency", "jobs"}  # YAML 1.1: on
    assert loaded["permissions"] == {"contents": "write", "actions": "write"}
    assert loaded["concurrency"]["cancel-in-progress"] is False
    for step in job_of(installed(tmp_path))["steps"]:
        assert ("run" in step) != ("uses" in step)
        if "uses" in step:
            name, _, version = step["uses"].partition("@")
            assert name.startswith("actions/")
            assert version


def test_every_time_and_every_choice_runs_its_job(tmp_path: Path) -> None:
    installation = installed(tmp_path / "s")
    loaded = document(installation)
    options = ["--config", "living-survey.toml"]
    crons = [each["cron"] for each in loaded[True]["schedule"]]
    assert crons == [
        "30 5 * * *",
        "0 12 * * *",
        "0 13 * * 1",
        "30 13 * * 1",
        "15 14 * * *",
        "0 14 * * *",
    ]
    due = [*crons, *loaded[True]["workflow_dispatch"]["inputs"]["job"]["options"]]
    words = [["run"], ["run"], ["digest"], ["publish"], ["mail", "send"], ["alerts", "send"]]
    for each, expected in zip(due, [*words, ["start"], *words], strict=True):
        done = bash(installation, tmp_path, "Run what is due", DUE=each)
        assert done.returncode == 0, done.stderr
        assert list(called(done.stdout).words) == [*expected, *options]
    assert bash(installation, tmp_path, "Run what is due", DUE="x").returncode == 1


@pytest.mark.parametrize(("status", "step"), [(75, 0), (1, 1), (2, 2)])
def test_try_again_later_is_no_failure(tmp_path: Path, status: int, step: int) -> None:
    installation = installed(tmp_path / "s")
    bash(installation, tmp_path, "Stay enabled")
    (tmp_path / "tools/living-survey").write_text(f"#!/bin/sh\nexit {status}\n", encoding="utf-8")
    done = bash(installation, tmp_path, "Run what is due", DUE="daily run")
    assert done.returncode == step


def test_state_survives_from_run_to_run(tmp_path: Path) -> None:
    installation = installed(tmp_path / "s")
    root = installation.root
    assert bash(installation, tmp_path, "Fetch the state").returncode == 0
    assert not (root / "var").exists()
    (root / "var/models").mkdir(parents=True)
    (root / "var/backups").mkdir()
    for name in (
        "survey.duckdb",
        "survey.duckdb.manifest.json",
        "models/m.npz",
        "backups/b.duckdb",
    ):
        (root / "var" / name).write_text(name, encoding="utf-8")
    kept = bash(installation, tmp_path, "Keep the state")
    assert kept.returncode == 0, kept.stderr
    for path in sorted((root / "var").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    assert bash(installation, tmp_path, "Fetch the state").returncode == 0
    back = sorted(
        str(path.relative_to(root)) for path in (root / "var").rglob("*") if path.is_file()
    )
    assert back == ["var/models/m.npz", "var/survey.duckdb", "var/survey.duckdb.manifest.json"]


def test_last_five_states_are_kept_and_the_newest_is_fetched(tmp_path: Path) -> None:
    installation = installed(tmp_path / "s")
    assert bash(installation, tmp_path, "Fetch the state").returncode == 0
    (installation.root / "var").mkdir()
    (installation.root / "var/survey.duckdb").write_text("new", encoding="utf-8")
    for day in range(1, 8):
        name = f"state-2026030{day}T000000Z.tar.gz"
        (tmp_path / "releases/living-survey-state" / name).write_bytes(b"old")
    assert bash(installation, tmp_path, "Keep the state").returncode == 0
    assert len(states(tmp_path)) == 5
    newest = tmp_path / "releases/living-survey-state" / states(tmp_path)[-1]
    with tarfile.open(newest) as archive:
        assert archive.getnames() == ["var/survey.duckdb"]


def test_outage_of_github_starts_no_empty_survey(tmp_path: Path) -> None:
    installation = installed(tmp_path / "s")
    done = bash(installation, tmp_path, "Fetch the state", OUTAGE="1")
    assert done.returncode == 1
    assert "HTTP 502" in done.stdout
    assert not (tmp_path / "releases/living-survey-state").exists()


def test_public_repository_keeps_no_state_unless_told(tmp_path: Path) -> None:
    installation = installed(tmp_path / "s")
    refused = bash(installation, tmp_path, "Fetch the state", PUBLIC="true")
    assert refused.returncode == 1
    assert "would be public" in refused.stdout
    told = bash(installation, tmp_path, "Fetch the state", PUBLIC="true", PUBLIC_STATE="yes")
    assert told.returncode == 0


def test_workflow_enables_itself_again(tmp_path: Path) -> None:
    installation = installed(tmp_path / "s")
    assert bash(installation, tmp_path, "Stay enabled").returncode == 0
    enabled = (tmp_path / "releases/enabled").read_text(encoding="utf-8")
    assert enabled == "repos/me/survey/actions/workflows/living-survey.yml/enable"


def test_only_what_was_published_is_committed(tmp_path: Path) -> None:
    installation = installed(tmp_path / "s")
    root = installation.root
    remote = tmp_path / "remote"
    for words in (
        ("init", "--quiet", "--bare", str(remote)),
        ("init", "--quiet", "--initial-branch=main", str(root)),
        ("-C", str(root), "remote", "add", "origin", str(remote)),
        ("-C", str(root), "config", "push.autoSetupRemote", "true"),
    ):
        subprocess.run(["git", *words], check=True, timeout=600)
    made = ("var/survey.duckdb", "var/survey.duckdb.lock", "var/backups/b.duckdb", "digests/w.md")
    for name in (*made, "var/archive/x", ".living-survey/Makefile"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    done = bash(installation, tmp_path, "Commit what was published")
    assert done.returncode == 0, done.stderr
    listed = subprocess.run(
        ["git", "-C", str(remote), "ls-tree", "-r", "--name-only", "main"],
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    assert listed.stdout.split() == ["bin/living-survey", "digests/w.md", "living-survey.toml"]
    again = bash(installation, tmp_path, "Commit what was published")
    assert (again.returncode, again.stdout) == (0, "")


def test_values_are_no_expressions_of_github(tmp_path: Path) -> None:
    title = f"{VALUE} ${{{{ secrets.X }}}}"
    job = job_of(installed(tmp_path, LIVING_SURVEY_SURVEY__TITLE=title, SMTP_PASSWORD="hidden"))
    given = job["env"]["LIVING_SURVEY_SURVEY__TITLE"]
    assert given.replace("${{ '${{' }}", "${{") == title
    assert "secrets" not in given.replace("${{ '${{' }} secrets", "")
    assert job["env"]["SMTP_PASSWORD"] == "${{ secrets.SMTP_PASSWORD }}"


def test_survey_in_a_folder_of_its_repository_runs_there(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    job = job_of(installed(tmp_path / "surveys" / "a b"))
    assert job["defaults"]["run"]["working-directory"] == "surveys/a b"
