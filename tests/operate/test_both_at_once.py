"""cron and the service start every job at the same moment: each is done once, none is harmed."""

import asyncio
import subprocess
from collections import Counter
from datetime import date
from pathlib import Path

import duckdb

from config.settings import load_settings
from pipeline.demo.replica.log import Channel
from pipeline.demo.replica.server import ReplicaServer
from pipeline.operate.schedule import jobs
from pipeline.operate.scheduler import make_runner
from pipeline.runtime.jobs import JobBook, JobEnd, Outcome
from tests.support.arxiv import make_record, noon
from tests.support.cli import PATIENCE_SECONDS, Survey, survey_at
from tests.support.units import parse_crontab

TUESDAY = date(2026, 3, 17)
PAPERS = [make_record(number, TUESDAY) for number in range(1, 60)]
INTERVAL = 0.1


def test_cron_and_the_service_at_once_do_no_harm(tmp_path: Path) -> None:
    with ReplicaServer(PAPERS, today=TUESDAY, page_size=10) as arxiv:
        survey = survey_at(
            tmp_path,
            url=arxiv.url,
            now=noon(TUESDAY).isoformat(),
            LIVING_SURVEY_ARXIV__MIN_INTERVAL_SECONDS=str(INTERVAL),
        )
        assert survey.call("init").status == 0
        printed = survey.call("schedule", "--print", "cron")
        assert printed.status == 0, printed.err
        _, entries = parse_crontab(printed.out)
        ends, statuses = asyncio.run(_all_at_once(survey, [each.command for each in entries]))
        assert arxiv.log.most_in_flight == 1
        assert arxiv.log.smallest_gap is not None
        assert arxiv.log.smallest_gap > INTERVAL - 0.005
        assert Counter(request.channel for request in arxiv.requests)[Channel.FEED] <= 4
        assert survey.json("run")["queue"] == len(PAPERS)
    assert {end.outcome for end in ends} <= {Outcome.DONE, Outcome.FAILED}
    busy = [end for end in ends if end.outcome is Outcome.FAILED]
    assert {end.status for end in busy} <= {75}, busy
    assert set(statuses) <= {0, 75}
    assert survey.json("status")["papers"] == len(PAPERS)
    with duckdb.connect(str(tmp_path / "var/survey.duckdb"), read_only=True) as connection:
        [[papers, different]] = connection.execute(
            "SELECT count(*), count(DISTINCT arxiv_id) FROM papers"
        ).fetchall()
        hanging = connection.execute("SELECT * FROM runs WHERE status = 'running'").fetchall()
    assert (papers, different) == (len(PAPERS), len(PAPERS))
    assert hanging == []


async def _all_at_once(survey: Survey, commands: list[str]) -> tuple[list[JobEnd], list[int]]:
    """Start what cron starts and what the service starts, and wait for all."""
    file = survey.directory / "living-survey.toml"
    settings = load_settings(file, survey.env())
    runner = make_runner(settings, survey.env(), JobBook(settings.database.path))
    started = [
        await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", command),
            cwd="/",
            env=survey.env(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for command in commands
    ]
    ends = await asyncio.gather(*(runner.run(job) for job in jobs(settings.schedule)))
    waits = asyncio.gather(*(process.wait() for process in started))
    return list(ends), list(await asyncio.wait_for(waits, PATIENCE_SECONDS))
