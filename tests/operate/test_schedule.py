"""The scheduler calls the real commands at New York times, and ends with the service."""

import asyncio
import signal
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from apscheduler.events import EVENT_JOB_EXECUTED, JobExecutionEvent
from starlette.applications import Starlette

from config.schema import ScheduleSettings
from pipeline.operate.schedule import jobs, make_scheduler, run_command, scheduled
from tests.support.cli import Survey

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("now", "due"),
    [
        # 00:30 in New York is 05:30 UTC in winter and 04:30 UTC in summer
        (datetime(2026, 1, 13, 12, tzinfo=UTC), datetime(2026, 1, 14, 5, 30, tzinfo=UTC)),
        (datetime(2026, 7, 14, 12, tzinfo=UTC), datetime(2026, 7, 15, 4, 30, tzinfo=UTC)),
        # the night the clocks go forward, and the night they go back
        (datetime(2026, 11, 1, 4, 31, tzinfo=UTC), datetime(2026, 11, 2, 5, 30, tzinfo=UTC)),
        (datetime(2026, 3, 8, 6, tzinfo=UTC), datetime(2026, 3, 9, 4, 30, tzinfo=UTC)),
    ],
)
def test_the_daily_run_follows_new_york(now: datetime, due: datetime) -> None:
    scheduler = make_scheduler(ScheduleSettings(), None)
    job = scheduler.get_job("daily run")
    assert job.trigger.get_next_fire_time(None, now) == due


def test_every_day_of_a_year_has_one_daily_run() -> None:
    [job] = [
        job
        for job in make_scheduler(ScheduleSettings(), None).get_jobs()
        if job.name == "daily run"
    ]
    due, days = None, []
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for _ in range(365):
        due = job.trigger.get_next_fire_time(due, now)
        days.append(due.date())
    assert days == sorted(set(days))
    assert (days[-1] - days[0]).days == 364


def test_the_digest_is_built_on_mondays() -> None:
    scheduler = make_scheduler(ScheduleSettings(digest="09:15"), None)
    job = scheduler.get_job("weekly digest")
    due = job.trigger.get_next_fire_time(None, datetime(2026, 3, 18, tzinfo=UTC))
    assert due == datetime(2026, 3, 23, 9, 15, tzinfo=NEW_YORK)


def test_missed_starts_become_one_and_never_overlap() -> None:
    scheduler = make_scheduler(ScheduleSettings(), None)
    for job in scheduler.get_jobs():
        assert job.coalesce is True
        assert job.max_instances == 1
        assert job.misfire_grace_time >= 3600


def test_every_job_is_a_command_that_exists() -> None:
    from pipeline.cli.main import COMMANDS

    assert {job.argv[0] for job in jobs(ScheduleSettings())} <= COMMANDS.keys()


@pytest.mark.slow
def test_a_command_runs_in_a_process_and_its_status_comes_back() -> None:
    assert asyncio.run(run_command(["sections", "--json"])) == 0
    assert asyncio.run(run_command(["digest", "--week", "2026-W54"])) == 2


@pytest.mark.slow
def test_a_due_job_runs_while_the_service_lives() -> None:
    async def live() -> object:
        scheduler = make_scheduler(ScheduleSettings(), None)
        ended: asyncio.Future[object] = asyncio.get_running_loop().create_future()

        def note(event: JobExecutionEvent) -> None:
            ended.set_result(event.retval)

        scheduler.add_listener(note, EVENT_JOB_EXECUTED)
        async with scheduled(scheduler, Starlette()):
            scheduler.modify_job(
                "weekly digest", args=[["sections"]], next_run_time=datetime.now(NEW_YORK)
            )
            return await asyncio.wait_for(ended, 600)

    assert asyncio.run(live()) == 0


def test_the_service_with_a_schedule_serves_and_ends_on_sigterm(tmp_path: Path) -> None:
    survey = Survey(tmp_path)
    assert survey.call("init").status == 0
    service = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "serve", "--schedule", "--port", "0"],
        cwd=tmp_path,
        env=survey.env(),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert service.stderr is not None
        address = service.stderr.readline().split()[2]
        with urllib.request.urlopen(f"{address}health", timeout=600) as answer:
            assert answer.status == 200
    finally:
        service.send_signal(signal.SIGTERM)
        status = service.wait(600)
        log = service.stderr.read() if service.stderr is not None else ""
        if service.stderr is not None:
            service.stderr.close()
    assert status == 0
    lines = log.splitlines()
    assert f" info review queue started address={address}" in lines[0]
    assert sum(" info scheduled " in line for line in lines) == 3
    assert lines[-1].endswith(" info review queue stopped")


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    from pipeline.review.web.security import session_secret

    first = session_secret(tmp_path / "survey.duckdb")
    assert session_secret(tmp_path / "survey.duckdb") == first
    assert len(first) == 32
    [path] = tmp_path.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
