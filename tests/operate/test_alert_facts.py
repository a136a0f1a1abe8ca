"""Facts of alarms come from a real database, real files and a real mail server's answers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.alerts_schema import AlertsSettings
from config.site_schema import SiteSettings
from pipeline.learn.drift_report import DriftReport, save_drift
from pipeline.operate.alerts.causes.every import alarms_of
from pipeline.operate.alerts.facts import Facts, read_facts
from pipeline.operate.doctor import examine, findings
from pipeline.publish.mail.journal import journal_path
from pipeline.publish.promise import Kept
from pipeline.runtime.jobs import JobBook, JobEnd, Outcome
from pipeline.runtime.services import Services
from storage.backup import back_up
from storage.store import OpenStore, Store
from storage.types import RunStatus, Verdict
from tests.support.alerts import NOON, services_at, silent_survey
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.mail import MailScene, make_scene, people
from tests.support.publish import approve, make_build, published, publishing_services, target_of
from tests.support.smtp import DROP_TAKEN, Sink, smtp_server
from tests.support.storage import add_predictions, database, opener

DAY = timedelta(days=1)


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return silent_survey(tmp_path)


def facts_at(folder: Path, now: datetime = NOON, **sections: object) -> Facts:
    return facts_of(services_at(folder, now, **sections))


def facts_of(services: Services) -> Facts:
    with services.open_store() as store:
        return read_facts(services, store)


def causes(facts: Facts, **settings: object) -> set[str]:
    return {one.cause for one in alarms_of(facts, AlertsSettings.model_validate(settings))}


def add_run(
    store: Store, at: datetime, status: RunStatus = RunStatus.FAILED, command: str = "run"
) -> None:
    run_id = store.runs.start(command, at)
    error = "arXiv answers 503" if status is RunStatus.FAILED else None
    store.runs.finish(run_id, finished_at=at, status=status, counts={}, error=error)


def test_silence_counts_announcement_days_only(open_store: OpenStore, tmp_path: Path) -> None:
    days = [(facts_at(tmp_path, NOON + n * DAY).silence, n) for n in (-3, 0, 2, 3, 4, 5)]
    # Sunday, Wednesday, Friday, Saturday, Sunday, Monday
    assert [found.days for found, _ in days if found] == [0, 3, 5, 5, 5, 6]


def test_empty_survey_and_local_arxiv_have_no_silence(tmp_path: Path) -> None:
    opener(tmp_path)
    assert facts_at(tmp_path).silence is None
    with silent_survey(tmp_path)():
        pass
    services = services_at(tmp_path)
    real_clock = replace(services, settings=services.settings.model_copy(update={"now": None}))
    assert facts_of(real_clock).silence is None


def test_commands_that_failed_in_a_row_are_found(open_store: OpenStore, tmp_path: Path) -> None:
    with open_store() as store:
        for hours, status in ((9, RunStatus.DONE), (6, RunStatus.FAILED), (3, RunStatus.FAILED)):
            add_run(store, NOON - timedelta(hours=hours), status)
        add_run(store, NOON - 3 * DAY, command="publish")
        add_run(store, NOON - 3 * DAY, command="add")  # a person saw it
        add_run(store, NOON - timedelta(hours=1), command="digest")
        add_run(store, NOON - timedelta(minutes=30), RunStatus.INTERRUPTED)
    facts = facts_at(tmp_path)
    assert [(one.command, one.times) for one in facts.failing] == [
        ("run", 2), ("digest", 1), ("publish", 1),
    ]  # fmt: skip
    assert "arXiv answers 503" in facts.failing[0].sentence
    assert causes(facts) >= {"failing:run", "failing:publish"}
    assert "failing:digest" not in causes(facts)
    with open_store() as store:
        add_run(store, NOON, RunStatus.DONE)
    assert "failing:run" not in causes(facts_at(tmp_path))


def test_delayed_logins_of_a_day_are_counted(open_store: OpenStore, tmp_path: Path) -> None:
    with open_store() as store:
        for hours in (1, 23, 25):
            at = NOON - timedelta(hours=hours)
            store.trail.add(at=at, actor="", act="login.delayed", subject="bo")
    assert facts_at(tmp_path).delayed_logins == 2


def test_queue_is_compared_with_the_pace_of_past_weeks(
    open_store: OpenStore, tmp_path: Path
) -> None:
    with open_store() as store:
        keys = [f"2602.{n:05}" for n in range(1, 61)]
        store.papers.upsert([make_paper(key) for key in keys], seen_at=NOON - 30 * DAY)
        add_predictions(store, [make_prediction(key) for key in keys])
        assert facts_pace(store, tmp_path) is None
        store.decisions.add(
            [
                make_decision(key, decided_at=NOON - n * DAY, verdict=Verdict.REJECTED, sections=())
                for n, key in enumerate(keys[:20], start=1)
            ]
        )
    facts = facts_at(tmp_path)
    assert facts.queue is not None
    assert (facts.queue.waiting, facts.queue.planned) == (40, False)
    assert facts.queue.a_week == pytest.approx(6.5, abs=1)
    assert "queue" in causes(facts, queue_weeks=5)
    assert "queue" not in causes(facts, queue_weeks=8)
    planned = facts_at(tmp_path, alerts=AlertsSettings(papers_a_week=4, queue_weeks=9))
    assert "queue" in causes(planned, queue_weeks=9)


def facts_pace(store: Store, folder: Path) -> float | None:
    found = read_facts(services_at(folder), store).queue
    assert found is not None
    return found.a_week


def test_promise_and_papers_behind_it_are_read(tmp_path: Path) -> None:
    open_store = opener(tmp_path)
    with open_store() as store:
        approve(store, "2603.00001")
        approve(store, "2603.00002", at=datetime(2026, 3, 20, 12, tzinfo=UTC))
    services = publishing_services(open_store, tmp_path)
    site = SiteSettings(rhythm="weekly")
    services = replace(services, settings=services.settings.model_copy(update={"site": site}))
    published(services, target_of(make_build(tmp_path / "f", ["2603.00001"], target="feeds")))
    published(
        services, target_of(make_build(tmp_path / "i", ["2603.00001"], target="digest:2026-W12"))
    )
    facts = facts_of(services)
    assert facts.promise is not None
    assert facts.promise.state is Kept.KEPT
    assert causes(facts) & {"issue", "behind:feeds"} == set()
    later = replace(services, clock=lambda: datetime(2026, 4, 2, 12, tzinfo=UTC))
    assert causes(facts_of(later)) >= {"issue", "behind:feeds"}


def test_reports_jobs_and_disk_are_read(open_store: OpenStore, tmp_path: Path) -> None:
    report = DriftReport(
        "2026-W12", "m", NOON.isoformat(), 9, None, None, None, None, 0, 0, (), (), ("it moved",)
    )
    save_drift(tmp_path / "reports", report)
    JobBook(database(tmp_path)).record(JobEnd("backup", "backup", Outcome.MISSED, NOON))
    huge = facts_at(tmp_path, alerts=AlertsSettings(free_gigabytes=10**6))
    assert causes(huge) >= {"drift", "job:backup", "disk"}
    assert "disk" not in causes(facts_at(tmp_path))


def test_newest_backup_is_the_one_that_opens(open_store: OpenStore, tmp_path: Path) -> None:
    with open_store() as store:
        add_run(store, NOON - 20 * DAY, RunStatus.DONE)
    assert "backup" in causes(facts_at(tmp_path))
    folder = tmp_path / "backups"
    folder.mkdir()
    old = folder / "survey-20260308T120000Z.duckdb"
    back_up(database(tmp_path), old, busy_timeout_seconds=60)
    (folder / "survey-20260318T110000Z.duckdb").write_bytes(b"cut off")
    facts = facts_at(tmp_path)
    assert facts.backups is not None
    assert facts.backups.newest is not None
    assert (facts.backups.newest.path, facts.backups.unreadable) == (old, 1)
    [alarm] = [one for one in alarms_of(facts, AlertsSettings()) if one.cause == "backup"]
    assert "is 10 days old; 1 file there cannot be opened." in alarm.sentence
    fresh = folder / "survey-20260318T113000Z.duckdb"
    back_up(database(tmp_path), fresh, busy_timeout_seconds=60)
    assert "backup" not in causes(facts_at(tmp_path))
    fresh.replace(folder / "survey-20270318T113000Z.duckdb")  # the clock was a year ahead
    assert "backup" in causes(facts_at(tmp_path))


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_server() as found:
        yield found


@pytest.fixture
def scene(tmp_path: Path, sink: Sink) -> MailScene:
    return make_scene(tmp_path, sink.port, those=people(4))


def of_mail(scene: MailScene) -> set[str]:
    return {one for one in causes(facts_of(scene.services)) if one.startswith("mail-")}


def test_uncertain_and_waiting_mails_are_found(scene: MailScene, sink: Sink) -> None:
    assert of_mail(scene) == set()
    sink.body = {people(4)[0].address: DROP_TAKEN}
    scene.with_mail(per_day=2).send()
    assert of_mail(scene) == {"mail-uncertain:2026-W12"}
    later = scene.at(scene.now + 4 * DAY)
    assert of_mail(later) == {"mail-uncertain:2026-W12", "mail-waiting:2026-W12"}
    said = {one.what for one in findings(examine(later.services)) if "mail" in one.check}
    assert "1 mail of 2026-W12 may have arrived or not." in said


def test_receipt_that_does_not_add_up_is_found(scene: MailScene) -> None:
    scene.send()
    assert of_mail(scene) == set()
    path = journal_path(scene.settings.mail.journal, "2026-W12")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    assert of_mail(scene) == {"mail-differs:2026-W12"}
    path.unlink()
    assert of_mail(scene) == {"mail-differs:2026-W12"}
