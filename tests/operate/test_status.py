"""The state of the survey: the same facts for the table, the JSON document and the page."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from config.schema import ArxivSettings, ClassifierSettings, DatabaseSettings
from config.site_schema import SiteSettings
from pipeline.operate.space import age_text, bytes_text, size_of
from pipeline.operate.status import status_report
from pipeline.operate.status_facts import facts_of, state_of_survey
from pipeline.publish.digest.week import Week
from pipeline.publish.promise import Promise, promise_on
from pipeline.review.web.language import words_of
from pipeline.runtime.facts import Fact
from pipeline.runtime.json_text import as_json
from pipeline.runtime.record import TOO_EARLY
from pipeline.runtime.services import Services
from storage.backup import back_up
from storage.store import OpenStore
from storage.subscriber_types import SubscriberState
from storage.types import RunStatus
from tests.support.cli import survey_in_process
from tests.support.outlook import NOW, fill_weeks
from tests.support.review import ReviewSite
from tests.support.services import make_services
from tests.support.storage import database, migrated
from tests.support.subscribers import public_pages


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return migrated(tmp_path / "survey.duckdb")


@pytest.fixture
def services(open_store: OpenStore, tmp_path: Path) -> Services:
    """Services of a survey whose files are all in one directory."""
    return make_services(
        open_store,
        NOW,
        database=DatabaseSettings(path=tmp_path / "survey.duckdb"),
        arxiv=ArxivSettings(archive=tmp_path / "archive"),
        classifier=ClassifierSettings(models=tmp_path / "models"),
        site=SiteSettings(rhythm="weekly"),
    )


def facts(services: Services) -> dict[str, Fact]:
    """Return the facts by name; of several with one name the last."""
    groups = facts_of(status_report(services)).groups
    return {fact.name: fact for group in groups for fact in group.facts}


def test_disk_counts_database_archive_and_models(
    services: Services, tmp_path: Path, open_store: OpenStore
) -> None:
    (tmp_path / "archive" / "2026").mkdir(parents=True)
    (tmp_path / "archive" / "2026" / "one").write_bytes(b"x" * 1_234)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "m.npz").write_bytes(b"x" * 2_000_000)
    with open_store():
        pass
    space = status_report(services).space
    assert (space.archive, space.models) == (1_234, 2_000_000)
    assert space.database == size_of(database(tmp_path)) > 0
    said = facts(services)["disk"].said
    assert "archive 1.2 kB, models 2.0 MB, backups 0 B; " in said
    assert 0 < space.free <= space.whole


def test_backup_is_missing_then_has_an_age(services: Services, tmp_path: Path) -> None:
    with services.open_store():
        pass
    missing = facts(services)["backup"]
    assert missing == Fact("backup", "none yet: `living-survey backup` makes one", trouble=True)
    backups = tmp_path / "backups"
    backups.mkdir()
    (backups / "survey-20260313T120000Z.duckdb").write_bytes(b"")
    target = backups / f"survey-{NOW - timedelta(hours=14):%Y%m%dT%H%M%SZ}.duckdb"
    back_up(tmp_path / "survey.duckdb", target, busy_timeout_seconds=60)
    said = facts(services)["backup"].said
    assert said == "14 hours old (2026-03-16 22:00 UTC), the newest of 2"


def test_links_in_the_archive_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"x" * 5_000)
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "loop").symlink_to(tmp_path)
    assert size_of(tmp_path / "archive") < 5_000
    assert size_of(tmp_path / "none") == 0


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (99_960, "100 kB"), (6.3e6, "6.3 MB")],
)
def test_bytes_are_read_at_a_glance(size: float, text: str) -> None:
    assert bytes_text(size) == text


@pytest.mark.parametrize(
    ("hours", "text"), [(0, "0 minutes"), (1.5, "90 minutes"), (14, "14 hours"), (50, "2 days")]
)
def test_ages_are_read_at_a_glance(hours: float, text: str) -> None:
    assert age_text(hours) == text


def test_queue_has_a_forecast_and_decisions_are_told_apart(
    services: Services, open_store: OpenStore
) -> None:
    site = ReviewSite(open_store)
    fill_weeks(site)
    with open_store() as store:
        [first, *_] = store.decisions.of_paper("2603.00001")
        store.decisions.undo(reviewer="ada", undone_at=NOW, decision_id=first.decision_id)
    found = facts(services)
    assert found["forecast"].said.startswith("never at this pace: ")
    assert found["decisions"].said == "23 stand (23 by reviewers), 1 taken back"
    report = status_report(services)
    assert (report.decided.standing, report.decided.taken_back) == (23, 1)
    assert report.forecast.sentence == found["forecast"].said


def test_runs_show_how_long_they_took(services: Services) -> None:
    with services.open_store() as store:
        run = store.runs.start("run", NOW)
        store.runs.finish(
            run,
            finished_at=NOW + timedelta(minutes=3),
            status=RunStatus.DONE,
            counts={"new": 4, "late": 0},
        )
    [row] = state_of_survey(services).tables[0].rows
    assert row == ("run", "2026-03-17 12:00", "3 min", "done", "4 new")


def test_run_that_came_too_early_is_no_failure(services: Services) -> None:
    with services.open_store() as store:
        run = store.runs.start("evaluate", NOW)
        store.runs.finish(
            run,
            finished_at=NOW,
            status=RunStatus.FAILED,
            counts={TOO_EARLY: 1},
            error="Too few decisions.",
        )
    [row] = state_of_survey(services).tables[0].rows
    assert row[3:] == ("too early", "Too few decisions.")


@pytest.mark.parametrize(
    ("day", "issue", "sentence"),
    [
        (date(2026, 3, 24), Week(2026, 12), "last 2026-W12; weekly, the next by 2026-03-30"),
        (
            date(2026, 4, 2),
            Week(2026, 12),
            "last 2026-W12; weekly, late by 3 days: one was due on 2026-03-30",
        ),
        (date(2026, 4, 2), None, "no issue yet; weekly"),
    ],
)
def test_promise_says_when_the_next_issue_is_due(
    day: date, issue: Week | None, sentence: str
) -> None:
    assert promise_on(day, SiteSettings(rhythm="weekly"), issue).sentence == sentence


def test_nothing_promised_says_nothing() -> None:
    promise: Promise = promise_on(date(2026, 3, 24), SiteSettings(), Week(2026, 12))
    assert promise.sentence == ""


def test_table_and_json_say_the_same(tmp_path: Path) -> None:
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9/", now=NOW.isoformat())
    survey.call("init")
    table, document = survey.call("status").out, survey.json("status")
    assert "backup      none yet: `living-survey backup` makes one" in table
    assert document["space"]["backups"]["newest"] is None
    assert document["subscribers"] == {}
    assert document["forecast"]["outcome"] == "empty"


def test_every_fact_has_chinese(services: Services, open_store: OpenStore) -> None:
    fill_weeks(ReviewSite(open_store))
    with open_store() as store:
        run = store.runs.start("run", NOW)
        store.runs.finish(run, finished_at=NOW, status=RunStatus.DONE, counts={})
    said = words_of("zh").said
    state = state_of_survey(services)
    named = [group.name for group in state.groups] + [table.name for table in state.tables]
    named += [column for table in state.tables for column in table.columns]
    texts = [
        text for group in state.groups for fact in group.facts for text in (fact.name, fact.said)
    ]
    english = [text for text in (*named, *texts) if text and not text.isdigit()]
    assert [text for text in english if said(text) == text] == []


def test_subscribers_are_counted_and_never_named(tmp_path: Path) -> None:
    pages = public_pages(tmp_path)
    pages.join("reader@example.org")
    services = make_services(pages.open_store, NOW)
    report = status_report(services)
    assert report.subscribers == {SubscriberState.CONFIRMED: 1}
    assert facts(services)["subscribers"].said == "1 confirmed"
    assert "reader@" not in as_json(report)
