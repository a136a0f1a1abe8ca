"""Printed units are what cron, systemd, GitHub and Compose take them for, with hostile names."""

import dataclasses
import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from config.errors import UsageError
from config.settings import load_settings
from pipeline.operate.schedule import next_time
from pipeline.operate.units.installation import Installation, installation_of
from pipeline.operate.units.kinds import Kind, units
from pipeline.operate.units.systemd import on_calendar
from pipeline.operate.units.zones import local_time
from tests.support.cli import SurveyInProcess
from tests.support.units import (
    called,
    make_program,
    parse_crontab,
    parse_unit,
    plain_value,
    shell,
    unit_words,
)

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
NASTY = [
    "plain",
    "with blank",
    "50% off",
    "it's",
    'a "quote"',
    "cost $HOME ${x}",
    "back\\slash",
    "back\\% and \\\\%",
    "ü 多",
]
TIMES = '[schedule]\npublish = "08:30"\nmail = "09:15"\n'
VALUE = "a 'b' \"c\" $HOME %h 100% \\ ü"


def installed(folder: Path, **environment: str) -> Installation:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "living-survey.toml"
    file.write_text(TIMES, encoding="utf-8")
    program = make_program(folder / "bin" / "living-survey")
    found = installation_of(load_settings(file, environment), environment)
    return dataclasses.replace(found, command=(str(program),))


def text_of(kind: Kind, installation: Installation, zone: str = "") -> str:
    [file] = units(kind, installation, zone=ZoneInfo(zone) if zone else None, now=NOW)
    return file.text


def expected_calls(installation: Installation) -> list[tuple[str, ...]]:
    return [
        (*job.argv, "--config", str(installation.root / "living-survey.toml"))
        for job in installation.jobs
    ]


@pytest.mark.parametrize("name", NASTY)
def test_cron_calls_every_job_in_the_surveys_directory(tmp_path: Path, name: str) -> None:
    installation = installed(tmp_path / name, LIVING_SURVEY_SURVEY__TITLE=VALUE)
    variables, entries = parse_crontab(text_of(Kind.CRON, installation))
    assert variables == {"CRON_TZ": "America/New_York"}
    calls = [called(shell(entry.command)) for entry in entries]
    assert [call.words for call in calls] == expected_calls(installation)
    assert {call.directory for call in calls} == {str(tmp_path / name)}
    assert {call.environment["LIVING_SURVEY_SURVEY__TITLE"] for call in calls} == {VALUE}


def test_cron_times_are_those_of_the_settings(tmp_path: Path) -> None:
    _, entries = parse_crontab(text_of(Kind.CRON, installed(tmp_path)))
    assert [" ".join(entry.fields) for entry in entries] == [
        "30 0 * * *",
        "0 7 * * *",
        "0 8 * * 1",
        "30 8 * * 1",
        "15 9 * * *",
        "0 9 * * *",
        "30 5 * * *",
    ]


def test_cron_reads_secrets_from_the_file(tmp_path: Path) -> None:
    installation = installed(tmp_path, SMTP_PASSWORD="hidden")
    text = text_of(Kind.CRON, installation)
    assert "hidden" not in text
    alerts = {
        "ALERT_WEBHOOK_SECRET": "hidden",
        "LIVING_SURVEY_ALERTS__WEBHOOK_URL": "https://x/hidden",
    }
    assert "hidden" not in text_of(Kind.CRON, installed(tmp_path, **alerts))
    (tmp_path / "living-survey.env").write_text(f"SMTP_PASSWORD='{'p $x %'}'\n", encoding="utf-8")
    _, entries = parse_crontab(text)
    assert called(shell(entries[0].command)).environment["SMTP_PASSWORD"] == "p $x %"


def test_cron_line_that_is_too_long_is_refused(tmp_path: Path) -> None:
    installation = installed(tmp_path, LIVING_SURVEY_SURVEY__TITLE="long " * 300)
    with pytest.raises(UsageError, match="characters; cron takes"):
        text_of(Kind.CRON, installation)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "Asia/Tokyo", "Pacific/Auckland"])
def test_converted_times_are_never_early_and_at_most_two_hours_late(
    tmp_path: Path, zone: str
) -> None:
    other, new_york = ZoneInfo(zone), ZoneInfo("America/New_York")
    for job in installed(tmp_path).jobs:
        at = local_time(job, new_york, other, NOW)
        meant = there = NOW
        for _ in range(52 if job.weekdays else 365):
            meant = next_time(job.at, job.weekdays, new_york, meant)
            there = next_time(at.at, at.weekdays, other, meant - timedelta(seconds=1))
            assert timedelta() <= there - meant <= timedelta(hours=2), (job.name, meant, there)


@pytest.mark.parametrize("name", NASTY)
def test_systemd_calls_every_job_in_the_surveys_directory(tmp_path: Path, name: str) -> None:
    installation = installed(tmp_path / name, LIVING_SURVEY_SURVEY__TITLE=VALUE)
    files = {each.name: parse_unit(each.text) for each in _systemd(installation)}
    calls = []
    for job in installation.jobs:
        unit = files[f"living-survey-{job.slug}.service"]
        [line] = unit["Service", "ExecStart"]
        words = unit_words(line, variables=True)
        [setting] = unit["Service", "Environment"]
        assert unit_words(setting, variables=False) == [f"LIVING_SURVEY_SURVEY__TITLE={VALUE}"]
        assert [plain_value(each) for each in unit["Service", "WorkingDirectory"]] == [
            str(tmp_path / name)
        ]
        program = words[1:] if words[0] == "/usr/bin/env" else words
        assert program[0] == installation.command[0]
        calls.append(tuple(program[1:]))
    assert calls == expected_calls(installation)


def _systemd(installation: Installation) -> Any:
    return units(Kind.SYSTEMD, installation, zone=None, now=NOW)


@pytest.mark.parametrize("name", NASTY)
def test_systemd_verifies_the_units(tmp_path: Path, name: str) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("needs systemd-analyze")
    installation = installed(tmp_path / name, LIVING_SURVEY_SURVEY__TITLE=VALUE)
    folder = tmp_path / "units"
    folder.mkdir()
    files = _systemd(dataclasses.replace(installation, user="root"))
    for file in files:
        (folder / file.name).write_text(file.text, encoding="utf-8")
    done = subprocess.run(
        [analyze, "verify", "--man=no", *(str(folder / file.name) for file in files)],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    said = [line for line in done.stderr.splitlines() if "living-survey" in line]
    assert said == []
    if "Failed to" not in done.stderr:
        assert done.returncode == 0, done.stderr


def test_systemd_takes_the_times(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("needs systemd-analyze")
    for job in installed(tmp_path).jobs:
        due = next_time(job.at, job.weekdays, ZoneInfo("America/New_York"), NOW)
        done = subprocess.run(
            [
                *(analyze, "calendar", f"--base-time={NOW:%Y-%m-%d %H:%M:%S} UTC"),
                on_calendar(job, "America/New_York"),
            ],
            env={"TZ": "UTC", "PATH": "/usr/bin:/bin", "LANG": "C"},
            capture_output=True,
            text=True,
            check=True,
            timeout=600,
        )
        assert f"{due.astimezone(UTC):%a %Y-%m-%d %H:%M:%S} UTC" in done.stdout, done.stdout


def test_timers_make_up_for_missed_times(tmp_path: Path) -> None:
    timers = [file for file in _systemd(installed(tmp_path)) if file.name.endswith(".timer")]
    assert len(timers) == 7
    for file in timers:
        unit = parse_unit(file.text)
        assert unit["Timer", "Persistent"] == ["true"]
        assert int(unit["Timer", "RandomizedDelaySec"][0]) <= 300


@pytest.mark.parametrize("bad", ["ends with blank ", "ends with backslash\\"])
def test_systemd_refuses_paths_that_it_would_change(tmp_path: Path, bad: str) -> None:
    installation = dataclasses.replace(installed(tmp_path), root=tmp_path / bad)
    with pytest.raises(UsageError, match="which systemd drops"):
        _systemd(installation)


@pytest.mark.parametrize("kind", Kind)
def test_line_breaks_are_refused(tmp_path: Path, kind: Kind) -> None:
    survey = SurveyInProcess(tmp_path / "a\n30 0 * * * evil")
    survey.directory.mkdir()
    refused = survey.call("schedule", "--print", kind)
    assert refused.status == 2
    assert "has a line break" in refused.err
    assert refused.out == ""


@pytest.mark.parametrize("kind", Kind)
def test_no_secret_is_printed(tmp_path: Path, kind: Kind) -> None:
    survey = SurveyInProcess(tmp_path)
    printed = survey.call(
        *("schedule", "--print", kind, "--json"),
        SMTP_PASSWORD="hunter2",
        LIVING_SURVEY_ALERTS__WEBHOOK_URL="https://example.org/hunter3",
        LIVING_SURVEY_ALERTS__COMMAND='["curl", "https://me:hunter4@example.org"]',
        LIVING_SURVEY_NOW="2026-03-17T12:00:00Z",
        LIVING_SURVEY_ARXIV__OAI_URL="http://127.0.0.1:1/oai",
        LIVING_SURVEY_ARXIV__RSS_URL="http://127.0.0.1:1",
        LIVING_SURVEY_ARXIV__QUERY_URL="http://127.0.0.1:1/query",
    )
    assert printed.status == 0, printed.err
    assert "hunter" not in printed.out + printed.err
    assert printed.document["secrets"] == [
        "LIVING_SURVEY_ALERTS__COMMAND",
        "LIVING_SURVEY_ALERTS__WEBHOOK_URL",
        "SMTP_PASSWORD",
    ]
    assert "LIVING_SURVEY_NOW" not in printed.out
    assert "LIVING_SURVEY_ARXIV__RSS_URL" in printed.out


def compose_service(installation: Installation) -> dict[str, Any]:
    document = yaml.safe_load(text_of(Kind.DOCKER_COMPOSE, installation))
    [service] = document["services"].values()
    assert isinstance(service, dict)
    return service


def interpolated(value: Any) -> Any:
    """Replace `$$` as Compose does; another `$` would be a variable."""
    if isinstance(value, str):
        assert "$" not in value.replace("$$", ""), value
        return value.replace("$$", "$")
    if isinstance(value, dict):
        return {key: interpolated(each) for key, each in value.items()}
    return [interpolated(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", NASTY)
def test_compose_serves_the_surveys_directory(tmp_path: Path, name: str) -> None:
    installation = installed(tmp_path / name, LIVING_SURVEY_SURVEY__TITLE=VALUE)
    service = interpolated(compose_service(installation))
    root = str(tmp_path / name)
    assert service["command"] == ["serve", "--schedule", "--config", f"{root}/living-survey.toml"]
    assert service["working_dir"] == root
    assert service["environment"]["LIVING_SURVEY_SURVEY__TITLE"] == VALUE
    assert service["volumes"] == [{"type": "bind", "source": root, "target": root}]
    assert service["user"] == f"{tmp_path.stat().st_uid}:{tmp_path.stat().st_gid}"


def test_compose_mounts_paths_outside_the_survey(tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere" / "survey.duckdb"
    installation = installed(tmp_path / "s", LIVING_SURVEY_DATABASE__PATH=str(outside))
    mounted = [each["source"] for each in compose_service(installation)["volumes"]]
    assert mounted == [str(tmp_path / "s"), str(outside.parent)]


def test_compose_accepts_the_file(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    if (
        docker is None
        or subprocess.run(
            [docker, "compose", "version"], check=False, capture_output=True
        ).returncode
    ):
        pytest.skip("needs docker compose")
    file = tmp_path / "compose.yaml"
    file.write_text(text_of(Kind.DOCKER_COMPOSE, installed(tmp_path)), encoding="utf-8")
    done = subprocess.run(
        [docker, "compose", "-f", str(file), "config", "--format", "json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    assert "living-survey" in json.loads(done.stdout)["services"]


def test_units_are_written_over_no_other_file(tmp_path: Path) -> None:
    survey = SurveyInProcess(tmp_path)
    words = ("schedule", "--print", "systemd", "--into", "units")
    assert survey.call(*words).status == 0
    assert survey.call(*words).status == 0
    written = sorted((tmp_path / "units").iterdir())
    assert len(written) == 11
    written[-1].write_text("mine", encoding="utf-8")
    written[0].unlink()
    refused = survey.call(*words)
    assert refused.status == 1
    assert "exists with another content" in refused.err
    assert not written[0].exists()
    assert written[-1].read_text(encoding="utf-8") == "mine"


def test_schedule_lists_jobs_in_the_order_of_their_times(tmp_path: Path) -> None:
    survey = SurveyInProcess(tmp_path)
    loopback = {
        f"LIVING_SURVEY_ARXIV__{name}_URL": "http://127.0.0.1:1" for name in ("OAI", "RSS", "QUERY")
    }
    listed = survey.json("schedule", LIVING_SURVEY_NOW="2026-03-13T12:00:00Z", **loopback)
    assert [(row["job"], row["next_at"].replace("+00:00", "Z")) for row in listed["jobs"]] == [
        ("alerts", "2026-03-13T13:00:00Z"),
        ("daily run", "2026-03-14T04:30:00Z"),
        ("backup", "2026-03-14T09:30:00Z"),
        ("repair run", "2026-03-14T11:00:00Z"),
        ("weekly digest", "2026-03-16T12:00:00Z"),
    ]
    assert listed["announcement"].startswith("2026-03-15T20:00")  # Sunday evening, New York


@pytest.mark.parametrize(
    "words",
    [
        ("--zone", "UTC"),
        ("--into", "x"),
        ("--print", "systemd", "--zone", "UTC"),
        ("--print", "cron", "--zone", "Mars/Base"),
        ("--print", "launchd"),
    ],
)
def test_wrong_options_are_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert SurveyInProcess(tmp_path).call("schedule", *words).status == 2
