"""What counts as wrong, from facts alone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from config.alerts_schema import AlertsSettings
from pipeline.ingest.hub_state import HubState
from pipeline.ingest.ledger import OverdueDay
from pipeline.ingest.silence import Silence
from pipeline.learn.drift_report import DriftReport
from pipeline.operate.alerts.alarm import Alarm
from pipeline.operate.alerts.causes.every import alarms_of
from pipeline.operate.alerts.facts import Facts, FailingWay
from pipeline.operate.alerts.pace import QueuePace
from pipeline.operate.backups import Backups
from pipeline.operate.disk import DiskRoom
from pipeline.operate.failing import FailingCommand
from pipeline.operate.hanging import HangingRun
from pipeline.publish.digest.week import Week
from pipeline.publish.mail.state import MailTrouble
from pipeline.publish.promise import Kept, Promise
from pipeline.runtime.jobs import JobEnd, Outcome
from storage.rotation import Dated

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
TODAY = date(2026, 3, 18)
WELL = Facts(NOW, TODAY)
HERE = Path("/srv/survey/var")


def alarms(facts: Facts, **settings: object) -> Mapping[str, Alarm]:
    found = alarms_of(facts, AlertsSettings.model_validate(settings))
    return {one.cause: one for one in found}


def drift_report(*notable: str) -> DriftReport:
    return DriftReport(
        "2026-W12", "m", NOW.isoformat(), 9, None, None, None, None, 0, 0, (), (), notable
    )


def job(command: str, outcome: Outcome, status: int | None = None) -> JobEnd:
    return JobEnd(f"daily {command}", command, outcome, NOW, status, "it broke.")


def failed(command: str, times: int, hours: float) -> FailingCommand:
    return FailingCommand(command, times, NOW - timedelta(hours=hours), NOW, "it broke")


def backup(days: int) -> Backups:
    made = NOW - timedelta(days=days)
    return Backups(HERE, Dated(made, HERE / "survey-1.duckdb"))


def trouble(kind: str, days: int) -> MailTrouble:
    since = NOW - timedelta(days=days)
    return MailTrouble("2026-W11", kind, 2, since, "2 mails.", "`living-survey mail status`")


LATE = Promise("weekly", Kept.LATE, Week(2026, 10), date(2026, 3, 16), days_late=2)
HANGING = HangingRun("r1", "run", NOW, "host", 7, 240)


@pytest.mark.parametrize(
    ("facts", "cause", "said"),
    [
        ({"overdue": (OverdueDay(date(2026, 3, 16), ("2603.00001",), ()),)}, "day:2026-03-16",
         "missing 2603.00001"),
        ({"silence": Silence(3, date(2026, 3, 13))}, "silence", "for 3 announcement days"),
        ({"silence": Silence(4, None)}, "silence", "none ever came"),
        ({"hub": HubState("https://hub.example.org", NOW, late=True)}, "hub",
         "https://hub.example.org itself has fetched until"),
        ({"failing": (failed("run", 2, 6),)}, "failing:run", "failed 2 times in a row"),
        ({"failing": (failed("mail send", 1, 25),)}, "failing:mail-send", "failed once since"),
        ({"hanging": (HANGING,)}, "hanging:r1", "longer than its deadline"),
        ({"queue": QueuePace(90, 10.0, planned=False)}, "queue", "take 9 weeks at 10 a week"),
        ({"queue": QueuePace(90, 0.0, planned=False)}, "queue", "none was decided"),
        ({"queue": QueuePace(1, 0.0, planned=False)}, "queue", "1 likely paper waits, and none"),
        ({"promise": LATE}, "issue", "2 days late"),
        ({"behind": {"feeds": 1}}, "behind:feeds", "the feeds lack 1 paper that was approved"),
        ({"mail": (trouble("uncertain", 0),)}, "mail-uncertain:2026-W11", "2 mails"),
        ({"mail": (trouble("differs", 0),)}, "mail-differs:2026-W11", "2 mails"),
        ({"mail": (trouble("waiting", 3),)}, "mail-waiting:2026-W11", "2 mails"),
        ({"drift": drift_report("words moved")}, "drift", "words moved"),
        ({"disk": DiskRoom(HERE, 10**8, 10**9)}, "disk", "only 0.1 GB are free"),
        ({"backups": backup(9)}, "backup", "survey-1.duckdb, is 9 days old"),
        ({"backups": Backups(HERE, None), "began": NOW - timedelta(days=9)}, "backup",
         "there is no backup in /srv/survey/var, 9 days after the first run"),
        ({"backups": Backups(HERE, None, 1), "began": NOW - timedelta(days=9)},
         "backup", "1 file there cannot be opened"),
        ({"jobs": (job("digest", Outcome.FAILED, 1),)}, "job:daily-digest", "failed with status 1"),
        ({"jobs": (job("publish", Outcome.FAILED, 75),)}, "job:daily-publish", "status 75"),
        ({"jobs": (job("run", Outcome.MISSED),)}, "job:daily-run", "was missed"),
        ({"jobs": (job("run", Outcome.FAILED, 2),)}, "job:daily-run", "status 2"),
        ({"ways": (FailingWay("webhook", NOW - timedelta(days=1), "no answer"),)}, "way:webhook",
         "by webhook since 2026-03-17"),
    ],
)  # fmt: skip
def test_fault_is_an_alarm_with_a_remedy(facts: dict[str, object], cause: str, said: str) -> None:
    [found] = alarms(replace(WELL, **facts)).values()  # type: ignore[arg-type]
    assert found.cause == cause
    assert said in found.sentence
    assert found.sentence.endswith(".")
    assert "living-survey" in found.remedy or cause == "disk" or cause.startswith("mail-")
    assert found.level >= 1


@pytest.mark.parametrize(
    "facts",
    [
        {"silence": Silence(2, date(2026, 3, 16))},
        {"hub": HubState("https://hub.example.org", NOW, late=False)},
        {"failing": (failed("run", 1, 23),)},
        {"queue": QueuePace(80, 10.0, planned=False)},
        {"queue": QueuePace(900, None, planned=False)},
        {"queue": QueuePace(0, 0.0, planned=False)},
        {"promise": replace(LATE, state=Kept.PAUSED)},
        {"mail": (trouble("waiting", 2),)},
        {"drift": drift_report()},
        {"disk": DiskRoom(HERE, 10**9, 10**9)},
        {"backups": backup(8)},
        {"backups": Backups(HERE, None), "began": NOW - timedelta(days=8)},
        {"backups": Backups(HERE, None)},
        {"jobs": (job("run", Outcome.FAILED, 1), job("mail", Outcome.FAILED, 75))},
        {"jobs": (job("run", Outcome.STOPPED), job("alerts", Outcome.FAILED, 1))},
        {"ways": (FailingWay("webhook", NOW - timedelta(hours=23), "no answer"),)},
    ],
)
def test_ordinary_day_is_no_alarm(facts: dict[str, object]) -> None:
    assert alarms(replace(WELL, **facts)) == {}  # type: ignore[arg-type]


def test_nothing_is_wrong_after_the_end() -> None:
    bad = replace(WELL, silence=Silence(9, None), backups=backup(99), over=True)
    assert alarms(bad) == {}


def test_thresholds_are_settings() -> None:
    facts = replace(WELL, silence=Silence(4, None), backups=backup(20))
    assert set(alarms(facts, silent_days=5, backup_days=0)) == set()
    busy = replace(WELL, queue=QueuePace(30, 10.0, planned=True))
    assert "as [alerts] papers_a_week says" in alarms(busy, queue_weeks=2)["queue"].sentence
    assert alarms(busy, queue_weeks=0) == {}
    tried = replace(WELL, delayed_logins=30)
    assert alarms(tried, delayed_logins=40) == alarms(tried, delayed_logins=0) == {}


def test_failing_logins_are_an_alarm_until_they_are_half_as_many() -> None:
    told = alarms(replace(WELL, delayed_logins=21))["logins"]
    assert "21 times" in told.sentence
    assert "reviewer trail" in told.remedy
    again = replace(WELL, standing={"logins"})
    assert "logins" in alarms(replace(again, delayed_logins=11))
    assert alarms(replace(again, delayed_logins=10)) == {}


def test_failure_that_its_job_tells_is_said_once() -> None:
    facts = replace(
        WELL, failing=(failed("digest", 3, 30),), jobs=(job("digest", Outcome.FAILED, 1),)
    )
    assert set(alarms(facts)) == {"job:daily-digest"}


@pytest.mark.parametrize(
    ("cause", "facts"),
    [
        ("disk", replace(WELL, disk=DiskRoom(HERE, 1_050_000_000, 10**9))),
        ("queue", replace(WELL, queue=QueuePace(78, 10.0, planned=False))),
    ],
)
def test_what_hovers_at_a_limit_does_not_come_and_go(cause: str, facts: Facts) -> None:
    assert alarms(facts) == {}
    assert set(alarms(replace(facts, standing={cause}))) == {cause}


def test_error_in_a_sentence_is_one_clean_line() -> None:
    evil = replace(failed("run", 2, 9), error="a\x1b[31m\nb\u202ec " + "x" * 900)
    said = alarms(replace(WELL, failing=(evil,)))["failing:run"].sentence
    assert "\n" not in said
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert len(said) < 300
