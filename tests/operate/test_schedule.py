"""The scheduler calls the real commands at New York times, and ends with the service."""

import asyncio
import signal
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_EXECUTED,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    JobEvent,
    JobExecutionEvent,
    JobSubmissionEvent,
)
from starlette.applications import Starlette

from config.operate_schema import ScheduleSettings
from config.schema import DatabaseSettings
from config.settings import load_settings
from pipeline.operate.doctor import examine, findings
from pipeline.operate.runner import JobRunner
from pipeline.operate.schedule import Job, jobs, next_announcement
from pipeline.operate.scheduler import follow_clock, make_runner, make_scheduler, scheduled
from pipeline.runtime.jobs import (
    JobBook,
    JobEnd,
    Outcome,
    faults,
    job_ends,
    message_of,
    succeeded,
)
from storage.store import store_opener
from tests.support.cli import Survey
from tests.support.services import make_services

NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 3, 17, 12, 0, tzinfo=UTC)
RUN = jobs(ScheduleSettings())[0]


def make_test_runner(folder: Path = Path("none")) -> JobRunner:
    return JobRunner(
        environment=Survey(folder).env(),
        book=JobBook(folder / "survey.duckdb"),
        clock=lambda: NOON,
    )


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
    scheduler = make_scheduler(ScheduleSettings(), make_test_runner())
    job = scheduler.get_job("daily run")
    assert job.trigger.get_next_fire_time(None, now) == due


def test_every_day_of_a_year_has_one_daily_run() -> None:
    [job] = [
        job
        for job in make_scheduler(ScheduleSettings(), make_test_runner()).get_jobs()
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
    scheduler = make_scheduler(ScheduleSettings(digest="09:15"), make_test_runner())
    job = scheduler.get_job("weekly digest")
    due = job.trigger.get_next_fire_time(None, datetime(2026, 3, 18, tzinfo=UTC))
    assert due == datetime(2026, 3, 23, 9, 15, tzinfo=NEW_YORK)


def test_missed_starts_become_one_and_never_overlap() -> None:
    scheduler = make_scheduler(ScheduleSettings(), make_test_runner())
    for job in scheduler.get_jobs():
        assert job.coalesce is True
        assert job.max_instances == 1
        assert job.misfire_grace_time >= 3600


def test_every_job_is_a_command_that_exists() -> None:
    from pipeline.cli.main import all_commands

    every = jobs(ScheduleSettings(publish="08:30", mail="08:40"))
    assert {" ".join(job.argv).partition(" --")[0] for job in every} <= all_commands().keys()


def test_publish_is_called_only_where_its_time_is_set() -> None:
    assert "publish" not in {job.argv[0] for job in jobs(ScheduleSettings())}
    *_, last = jobs(ScheduleSettings(publish="08:30", backup="", alerts=""))
    assert (last.argv, last.at.isoformat(), last.weekdays) == (("publish",), "08:30:00", (1,))


def test_mail_is_sent_each_day_only_where_its_time_is_set() -> None:
    assert ("mail", "send") not in {job.argv for job in jobs(ScheduleSettings())}
    *_, last = jobs(ScheduleSettings(mail="09:15", backup="", alerts=""))
    assert (last.argv, last.at.isoformat(), last.weekdays) == (("mail", "send"), "09:15:00", ())


def test_backup_is_called_each_day_unless_its_time_is_empty() -> None:
    *_, last = jobs(ScheduleSettings())
    assert (last.argv, last.weekdays) == (("backup", "--rotate"), ())
    assert "backup" not in {job.argv[0] for job in jobs(ScheduleSettings(backup=""))}


@pytest.mark.parametrize(
    ("now", "evening"),
    [
        (datetime(2026, 3, 17, 12, tzinfo=UTC), datetime(2026, 3, 17, 20, tzinfo=NEW_YORK)),
        (datetime(2026, 3, 18, 0, 0, tzinfo=UTC), datetime(2026, 3, 18, 20, tzinfo=NEW_YORK)),
        # nothing is announced on Friday and Saturday
        (datetime(2026, 3, 20, 12, tzinfo=UTC), datetime(2026, 3, 22, 20, tzinfo=NEW_YORK)),
    ],
)
def test_next_announcement_follows_arxivs_calendar(now: datetime, evening: datetime) -> None:
    assert next_announcement(now) == evening


def test_alarms_are_told_each_day_unless_their_time_is_empty() -> None:
    *_, last = jobs(ScheduleSettings(backup=""))
    assert (last.argv, last.at.isoformat(), last.weekdays) == (("alerts", "send"), "09:00:00", ())
    assert "alerts" not in {job.argv[0] for job in jobs(ScheduleSettings(alerts=""))}


def test_a_fault_ends_with_the_next_success(tmp_path: Path) -> None:
    runner = make_test_runner(tmp_path)
    failed = runner.ended(RUN, Outcome.FAILED, status=2, message="the cause.")
    assert faults(job_ends(tmp_path / "survey.duckdb")) == (failed,)
    runner.ended(RUN, Outcome.DONE, status=0)
    assert faults(runner.book.ends()) == ()


def test_a_success_by_hand_ends_the_faults_of_that_command(tmp_path: Path) -> None:
    runner = make_test_runner(tmp_path)
    for job in jobs(ScheduleSettings()):
        runner.ended(job, Outcome.MISSED)
    succeeded(tmp_path / "survey.duckdb", "run")
    assert [end.job for end in runner.book.ends()] == ["weekly digest", "alerts", "backup"]


def test_an_end_that_cannot_be_written_is_still_known(tmp_path: Path) -> None:
    runner = make_test_runner(tmp_path / "file" / "below")
    (tmp_path / "file").touch()
    failed = runner.ended(RUN, Outcome.FAILED, status=1)
    assert runner.book.ends() == (failed,)


@pytest.mark.parametrize("content", ["", "{", "[1]", '[{"job": "x"}]', "[" * 100_000, "\xff"])
def test_a_damaged_record_is_written_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / "survey.duckdb.jobs.json").write_text(content, encoding="latin-1")
    runner = make_test_runner(tmp_path)
    assert runner.book.ends() == ()
    end = runner.ended(RUN, Outcome.SKIPPED)
    assert job_ends(tmp_path / "survey.duckdb") == (end,)


def test_message_of_is_one_short_printable_line() -> None:
    noise = "2026 warning x\nliving-survey: The \x1b[31mcause. `fix` it.\n\n"
    assert message_of(noise) == "The [31mcause. `fix` it."
    assert message_of("Traceback\n  File x\nValueError: no\n") == "ValueError: no"
    assert message_of("") == ""
    assert len(message_of("word " * 1000)) <= 300


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        (JobExecutionEvent(EVENT_JOB_MISSED, "daily run", "default", None), Outcome.MISSED),
        (JobSubmissionEvent(EVENT_JOB_MAX_INSTANCES, "daily run", "default", []), Outcome.SKIPPED),
        (
            JobExecutionEvent(
                EVENT_JOB_ERROR, "daily run", "default", None, exception=MemoryError("no")
            ),
            Outcome.FAILED,
        ),
    ],
)
def test_starts_that_did_not_happen_are_recorded(
    tmp_path: Path, event: JobEvent, outcome: Outcome
) -> None:
    runner = make_test_runner(tmp_path)
    make_scheduler(ScheduleSettings(), runner)._dispatch_event(event)
    [end] = runner.book.ends()
    assert (end.job, end.outcome) == ("daily run", outcome)


@pytest.mark.parametrize("ahead", [timedelta(days=30), timedelta(days=60_000)], ids=str)
def test_clock_that_was_ahead_delays_no_job(tmp_path: Path, ahead: timedelta) -> None:
    async def after_a_jump() -> dict[str, tuple[datetime, datetime]]:
        scheduler = make_scheduler(ScheduleSettings(), make_test_runner(tmp_path))
        scheduler.start(paused=True)
        for job in scheduler.get_jobs():
            job.modify(next_run_time=job.trigger.get_next_fire_time(None, NOON + ahead))
        follow_clock(scheduler, NOON)
        found = {
            job.name: (job.next_run_time, job.trigger.get_next_fire_time(None, NOON))
            for job in scheduler.get_jobs()
        }
        scheduler.shutdown(wait=False)
        return found

    found = asyncio.run(after_a_jump())
    assert "daily run" in found
    assert all(planned == due for planned, due in found.values())


def test_job_that_became_due_in_a_jump_runs_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The timer still waits for a due time that has passed, as after a suspended machine."""
    monkeypatch.setattr("pipeline.operate.scheduler._LOOK_EVERY", 0.01)

    async def resumed() -> JobEnd:
        runner = make_test_runner(tmp_path)
        ended: asyncio.Future[JobEnd] = asyncio.get_running_loop().create_future()

        async def run(_: JobRunner, job: Job) -> None:
            ended.set_result(JobEnd(job.name, "run", Outcome.DONE, NOON))

        monkeypatch.setattr(JobRunner, "run", run)
        scheduler = make_scheduler(ScheduleSettings(), runner)
        async with scheduled(scheduler, runner, Starlette()):
            while scheduler._timeout is None:  # noqa: ASYNC110  its timer is not set yet
                await asyncio.sleep(0)
            job = scheduler.get_job("daily run")
            job._modify(next_run_time=datetime.now(NEW_YORK))  # without waking the scheduler
            scheduler._lookup_jobstore("default").update_job(job)
            return await asyncio.wait_for(ended, 60)

    assert asyncio.run(resumed()).job == "daily run"


def test_a_job_that_cannot_be_started_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-python"))
    end = asyncio.run(make_test_runner(tmp_path).run(RUN))
    assert (end.outcome, end.status) == (Outcome.FAILED, None)
    assert "cannot be started" in end.message


def test_doctor_names_a_failed_job_without_a_database(tmp_path: Path) -> None:
    settings = DatabaseSettings(path=tmp_path / "survey.duckdb")
    make_test_runner(tmp_path).ended(RUN, Outcome.FAILED, status=75, message="Busy.")
    opened = make_services(store_opener(settings.path), NOON, database=settings)
    finding = next(each for each in findings(examine(opened)) if each.check == "schedule")
    assert "daily run (2026-03-17 12:00 UTC) failed with status 75: Busy." in finding.what
    assert "`living-survey run`" in finding.remedy


@pytest.mark.slow
def test_a_command_runs_in_a_process_and_its_end_is_recorded(tmp_path: Path) -> None:
    runner = make_test_runner(tmp_path)
    done = asyncio.run(runner.run(Job("a", ("sections", "--json"), time(0))))
    assert (done.outcome, done.status, done.message) == (Outcome.DONE, 0, "")
    failed = asyncio.run(runner.run(Job("b", ("sections", "--config", "none.toml"), time(0))))
    assert (failed.outcome, failed.status) == (Outcome.FAILED, 2)
    assert failed.message.startswith("The configuration file none.toml does not exist.")
    assert runner.book.ends() == (done, failed)


@pytest.mark.slow
def test_a_due_job_runs_while_the_service_lives(tmp_path: Path) -> None:
    async def live() -> object:
        runner = make_test_runner(tmp_path)
        scheduler = make_scheduler(ScheduleSettings(), runner)
        ended: asyncio.Future[object] = asyncio.get_running_loop().create_future()

        def note(event: JobExecutionEvent) -> None:
            ended.set_result(event.retval)

        scheduler.add_listener(note, EVENT_JOB_EXECUTED)
        async with scheduled(scheduler, runner, Starlette()):
            scheduler.modify_job(
                "weekly digest",
                args=[Job("weekly digest", ("sections",), time(0))],
                next_run_time=datetime.now(NEW_YORK),
            )
            return await asyncio.wait_for(ended, 600)

    end = asyncio.run(live())
    assert isinstance(end, JobEnd)
    assert end.outcome is Outcome.DONE


@pytest.mark.slow
def test_a_job_is_stopped_with_the_service_without_a_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def live() -> None:
        runner = make_test_runner(tmp_path)
        scheduler = make_scheduler(ScheduleSettings(), runner)
        async with scheduled(scheduler, runner, Starlette()):
            waits = Job("daily run", ("replica", "--port", "0"), time(0))
            scheduler.modify_job("daily run", args=[waits], next_run_time=datetime.now(NEW_YORK))
            while not runner.running:  # noqa: ASYNC110  # the scheduler starts it, not we
                await asyncio.sleep(0)

    asyncio.run(live())
    [end] = job_ends(tmp_path / "survey.duckdb")
    assert end.outcome is Outcome.STOPPED
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []
    assert not [record for record in caplog.records if record.name.startswith("apscheduler")]


@pytest.mark.slow
def test_jobs_use_the_settings_of_the_service(tmp_path: Path) -> None:
    file = tmp_path / "survey.toml"
    file.touch()
    env = {
        "PATH": "",
        "LIVING_SURVEY_DATABASE__PATH": str(tmp_path / "meant.duckdb"),
        "LIVING_SURVEY_SERVICE_HOST": "10.0.0.1",
    }
    settings = load_settings(file, env)
    runner = make_runner(settings, env, JobBook(settings.database.path))
    assert runner.environment == {
        "PATH": "",
        "LIVING_SURVEY_DATABASE__PATH": str(tmp_path / "meant.duckdb"),
    }
    assert runner.options == ("--config", str(file))


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
        address, token = service.stderr.readline().split()[2].split("?token=")
        with urllib.request.urlopen(f"{address}health", timeout=600) as answer:
            assert answer.status == 200
    finally:
        service.send_signal(signal.SIGTERM)
        status = service.wait(600)
        log = service.stderr.read() if service.stderr is not None else ""
        if service.stderr is not None:
            service.stderr.close()
    assert status == 0
    assert token not in log
    lines = log.splitlines()
    assert f" info review queue started address={address}" in log
    assert sum(" info scheduled " in line for line in lines) == 5
    assert lines[-1].endswith(" info review queue stopped")
