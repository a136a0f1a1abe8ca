"""What `doctor` finds wrong, by the words an operator reads."""

import json
import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from config.schema import (
    ArxivSettings,
    ClassifierSettings,
    DatabaseSettings,
    Settings,
    SurveySettings,
)
from pipeline.ingest.sources.open import NO_CONTACT
from pipeline.ingest.sources.transport.limiter import Limiter, host_group
from pipeline.operate.doctor import examine, findings
from pipeline.operate.status import status_report
from pipeline.runtime.findings import Finding
from pipeline.runtime.services import Database, open_services
from storage.engine.paths import manifest_path
from storage.store import OpenStore
from storage.types import QuarantinedRecord, RunStatus
from tests.support.builders import make_decision, make_paper
from tests.support.cli import survey_at, survey_in_process
from tests.support.services import make_services
from tests.support.storage import lines_of, migrated, start_process

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
MONDAY, TUESDAY = date(2026, 3, 16), date(2026, 3, 17)

Examine = Callable[..., dict[str, Finding]]


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return migrated(tmp_path / "survey.duckdb")


@pytest.fixture
def look(tmp_path: Path) -> Examine:
    """Return what doctor finds, by check."""

    def examined(
        now: datetime = NOW,
        query_url: str = "http://127.0.0.1:9/api/query",
        curated: Path | None = None,
    ) -> dict[str, Finding]:
        settings = Settings(
            survey=SurveySettings(list=() if curated is None else (curated,)),
            arxiv=ArxivSettings(
                oai_url="http://127.0.0.1:9/oai",
                rss_url="http://127.0.0.1:9",
                query_url=query_url,
                limiter=tmp_path / "limiter",
            ),
            database=DatabaseSettings(path=tmp_path / "survey.duckdb"),
            classifier=ClassifierSettings(models=tmp_path / "models"),
            now=now,
        )
        services = open_services(settings, database=Database.ANY)
        return {finding.check: finding for finding in findings(examine(services))}

    return examined


def test_missing_database_names_init(look: Examine, tmp_path: Path) -> None:
    found = look()
    assert "living-survey init" in found["database"].remedy
    assert not found["model"].wrong
    assert list(tmp_path.iterdir()) == []


def test_a_fresh_survey_is_not_called_ill(look: Examine, open_store: OpenStore) -> None:
    with open_store():
        pass
    assert {name for name, finding in look().items() if finding.wrong} == set()


def test_live_addresses_need_a_contact(look: Examine, open_store: OpenStore) -> None:
    with open_store():
        pass
    found = look(query_url="https://export.arxiv.org/api/query")
    assert "contact" in found["configuration"].what


def test_damaged_database_names_the_remedy(
    look: Examine, open_store: OpenStore, tmp_path: Path
) -> None:
    with open_store():
        pass
    manifest = manifest_path(tmp_path / "survey.duckdb")
    manifest.write_text(
        json.dumps({"generation": 9**9, "papers": 5, "decisions": 0, "predictions": 0})
    )
    assert "restore" in look()["database"].remedy


def test_rows_stored_twice_are_found(look: Examine, open_store: OpenStore) -> None:
    with open_store() as store:
        store.papers.upsert([make_paper()], seen_at=NOW)
        store._session.write("INSERT INTO paper FROM paper")
    assert "papers stored twice: 1" in look()["database"].what


def test_days_that_are_not_complete_are_named(look: Examine, open_store: OpenStore) -> None:
    with open_store() as store:
        store.ledger.expect([(MONDAY, "cs.CV"), (TUESDAY, "cs.CV")], noted_at=NOW)
    assert look()["ledger"].what.startswith(
        "1 announcement day is not complete after 36 hours: 2026-03-16"
    )


def test_silence_for_three_announcement_days_is_wrong(look: Examine, open_store: OpenStore) -> None:
    with open_store() as store:
        store.announcements.add(TUESDAY, ["cs.CV"], [], checked_at=NOW, calendar_quiet=False)
        store.papers.upsert([make_paper()], seen_at=datetime(2026, 3, 13, 12, tzinfo=UTC))
    assert "arrivals" not in look(NOW - timedelta(days=1))  # Friday to Tuesday: two days
    assert "3 announcement days" in look()["arrivals"].what


@pytest.mark.parametrize("status", [RunStatus.FAILED, RunStatus.INTERRUPTED])
def test_failed_last_run_is_reported_until_one_succeeds(
    look: Examine, open_store: OpenStore, status: RunStatus
) -> None:
    with open_store() as store:
        run = store.runs.start("run", NOW)
        store.runs.finish(run, finished_at=NOW, status=status, counts={}, error="the reason")
    assert f"{status.value}: the reason" in look()["runs"].what
    with open_store() as store:
        run = store.runs.start("run", NOW)
        store.runs.finish(run, finished_at=NOW, status=RunStatus.DONE, counts={})
    assert "runs" not in look()


def test_overdue_days_come_from_the_ledger(look: Examine, open_store: OpenStore) -> None:
    with open_store() as store:
        store.ledger.expect([(MONDAY, "cs.CV")], noted_at=NOW)
    assert "2026-03-16" in look()["ledger"].what
    with open_store() as store:
        store.ledger.note_backfill(MONDAY, MONDAY, finished_at=NOW)
    assert "ledger" not in look()


def test_a_year_whose_calendar_is_not_known_is_worth_knowing(
    look: Examine, open_store: OpenStore
) -> None:
    with open_store():
        pass
    assert "calendar" not in look(datetime(2026, 12, 31, 12, tzinfo=UTC))
    unknown = look(datetime(2027, 1, 4, 12, tzinfo=UTC))["calendar"]
    assert not unknown.wrong
    assert "2027" in unknown.what
    assert "newer living-survey" in unknown.remedy


def test_run_past_its_deadline_is_named_with_its_process(
    look: Examine, open_store: OpenStore
) -> None:
    with open_store() as store:
        store.runs.start("run", NOW - timedelta(minutes=59))
        store.runs.start("train", NOW - timedelta(days=2))
    assert "runs" not in look()
    hanging = look(NOW + timedelta(days=2))["runs"]
    assert f"`run` (process {os.getpid()} on " in hanging.what
    assert "running for 48 hours, longer than its deadline" in hanging.what
    assert f"`kill {os.getpid()}`" in hanging.remedy
    assert hanging.wrong


def test_status_shows_a_run_past_its_deadline(open_store: OpenStore) -> None:
    with open_store() as store:
        run_id = store.runs.start("fetch", NOW)
    (hanging,) = status_report(make_services(open_store, NOW + timedelta(minutes=61))).hanging
    assert (hanging.run_id, hanging.pid, hanging.minutes) == (run_id, os.getpid(), 61)
    assert status_report(make_services(open_store, NOW)).hanging == ()


@pytest.mark.parametrize("command", ["run", "train", "import", "classify"])
def test_unfinished_run_is_wrong_if_its_process_ended(
    look: Examine, open_store: OpenStore, tmp_path: Path, command: str
) -> None:
    """Whether or not it holds the run lock: train, import and classify do not."""
    process = start_process(
        """
        import sys
        from datetime import UTC, datetime
        from pathlib import Path
        from storage.store import store_opener
        with store_opener(Path(sys.argv[1]))() as store:
            store.runs.start(sys.argv[2], datetime.fromisoformat(sys.argv[3]))
        print("started", flush=True)
        sys.stdin.read()
        """,
        str(tmp_path / "survey.duckdb"),
        command,
        NOW.isoformat(),
    )
    with process:
        assert next(lines_of(process)) == "started"
        assert "runs" not in look()
        assert _last_status(open_store) is RunStatus.RUNNING
        process.kill()
    assert _last_status(open_store) is RunStatus.INTERRUPTED
    assert f"the last `{command}`" in look()["runs"].what
    assert "without an error" in look()["runs"].what


@pytest.mark.parametrize(
    ("words", "again"),
    [
        (("run",), "`living-survey run` again"),
        (("quarantine", "retry"), "`living-survey quarantine retry` again"),
        (("backfill",), "`living-survey backfill` again with the same arguments"),
        (("add",), "`living-survey add` again with the same arguments"),
        (("import",), "`living-survey import` again with the same arguments"),
        (("bootstrap",), "`living-survey bootstrap` again with the same arguments"),
    ],
)
def test_the_remedy_for_a_failed_command_works_as_printed(
    look: Examine, open_store: OpenStore, tmp_path: Path, words: tuple[str, ...], again: str
) -> None:
    with open_store() as store:
        run = store.runs.start(" ".join(words), NOW)
        store.runs.finish(
            run, finished_at=NOW, status=RunStatus.FAILED, counts={}, error="no network"
        )
    assert again in look()["runs"].remedy
    # A command called without its arguments is refused with status 2.
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9", now=NOW.isoformat())
    assert survey.call("init").status == 0
    bare = survey.call(*words)
    assert (bare.status == 2) == ("same arguments" in again)


def test_a_failed_command_is_named_as_it_was_typed(tmp_path: Path) -> None:
    """Also its file names with blanks; and the command line is what `runs` keeps."""
    survey = survey_at(tmp_path, url="http://127.0.0.1:9", now=NOW.isoformat())
    assert survey.call("init").status == 0
    (tmp_path / "my snapshot.json").write_text("no snapshot")
    words = ("import", "my snapshot.json", "--category", "cs.CV")
    assert survey.call(*words).status == 1
    said = survey.call("doctor", "--json").document["findings"]
    [found] = [finding for finding in said if finding["check"] == "runs"]
    assert found["remedy"].startswith("Fix the cause or the arguments")
    assert "`living-survey import 'my snapshot.json' --category cs.CV` again" in found["remedy"]
    [run] = survey.json("status")["runs"]
    assert run["words"] == list(words)


def test_silence_of_a_demo_is_no_fault(look: Examine, open_store: OpenStore) -> None:
    """Its papers end one day, and nobody calls its `run` every night."""
    with open_store() as store:
        store.announcements.add(TUESDAY, ["cs.CV"], [], checked_at=NOW, calendar_quiet=False)
    later = NOW + timedelta(days=200)
    assert "a demo" in look(later)["arrivals"].what
    assert not look(later)["arrivals"].wrong
    assert look(later, query_url="https://export.arxiv.org/api/query")["arrivals"].wrong


def test_call_refused_for_its_arguments_is_no_run(tmp_path: Path) -> None:
    """Else `doctor` advises for two weeks to import the path that does not exist."""
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9", now=NOW.isoformat())
    assert survey.call("init").status == 0
    assert survey.call("import", "gone.json").status == 2
    assert "gone.json" not in survey.call("doctor").out
    assert survey.json("status")["runs"] == []


def test_fetch_without_contact_is_reported_once(look: Examine, open_store: OpenStore) -> None:
    live = "https://export.arxiv.org/api/query"
    with open_store() as store:
        run = store.runs.start("fetch", NOW)
        store.runs.finish(
            run, finished_at=NOW, status=RunStatus.FAILED, counts={}, error=NO_CONTACT
        )
    found = look(query_url=live)
    assert found["configuration"].what == NO_CONTACT
    assert "runs" not in found
    assert NO_CONTACT.rstrip(".") in look()["runs"].what  # not reported by another check


def test_a_list_that_is_not_there_is_wrong(
    look: Examine, open_store: OpenStore, tmp_path: Path
) -> None:
    with open_store():
        pass
    curated = tmp_path / "list.md"
    assert str(curated) in look(curated=curated)["configuration"].what
    curated.write_text("# A list\n")
    assert "configuration" not in look(curated=curated)


def test_approvals_in_a_section_the_taxonomy_lacks_are_wrong(
    look: Examine, open_store: OpenStore
) -> None:
    with open_store() as store:
        store.papers.upsert([make_paper()], seen_at=NOW)
        store.decisions.add([make_decision(sections=("agent",))])
    found = look()["taxonomy"]
    assert found.wrong
    assert "1 approved paper is in 'agent'" in found.what
    assert "agents" in found.what
    assert "taxonomy migrate" in found.remedy


def test_papers_with_invalid_ids_are_named(look: Examine, open_store: OpenStore) -> None:
    with open_store() as store:
        store.papers.upsert([make_paper()], seen_at=NOW)
        for table in ("paper", "paper_version"):
            store._session.write(f"UPDATE {table} SET arxiv_id = '2699.12345'")
    found = look()["papers"]
    assert found.wrong
    assert "1 paper has an ID that is no arXiv ID" in found.what
    assert "2699.12345" in found.what
    assert "quarantine collect" in found.remedy


def test_the_quarantine_is_not_forgotten(look: Examine, open_store: OpenStore) -> None:
    with open_store() as store:
        store.quarantine.add([QuarantinedRecord("oai", "no title", b"<record/>", None, None, NOW)])
    found = look()["quarantine"]
    assert "quarantine retry" in found.remedy
    assert found.wrong


def test_old_quarantine_is_reported_beside_new_entries(
    look: Examine, open_store: OpenStore
) -> None:
    """A feed item of a day that is gone can never be read: `doctor` must come to rest."""
    old = NOW - timedelta(days=16)
    with open_store() as store:
        store.quarantine.add([QuarantinedRecord("feed", "no id", b"<item/>", None, None, old)])
    found = look()["quarantine"]
    assert "1 record could not be read" in found.what
    assert not found.wrong


@pytest.mark.parametrize(
    ("reason", "blocked", "remedy"),
    [
        ("arXiv returned 403 at X", True, "denied.html"),
        ("arXiv returned 429 at X", False, "exit with 75"),
        ("arXiv returned 503 at X?id_list=2403.00001", False, "exit with 75"),
    ],
)
def test_cool_down_is_reported_with_its_reason(
    look: Examine, open_store: OpenStore, tmp_path: Path, reason: str, remedy: str, *, blocked: bool
) -> None:
    with open_store():
        pass
    limiter = Limiter(tmp_path / "limiter", 3.0)
    limiter.cool_down(host_group("127.0.0.1", 9), 600, reason, blocked=blocked)
    found = look()["arXiv"]
    assert "10 more minutes" in found.what
    assert reason in found.what
    assert remedy in found.remedy


def test_a_model_of_another_taxonomy_is_wrong(
    look: Examine, open_store: OpenStore, tmp_path: Path
) -> None:
    with open_store() as store:
        store.papers.upsert([make_paper()], seen_at=NOW)
        store.decisions.add([make_decision()])
    missing = look()["model"]
    assert missing.wrong
    assert "living-survey train" in missing.remedy
    models = tmp_path / "models"
    models.mkdir()
    (models / "current").write_text("tfidf-x\n")
    assert look()["model"].wrong


def test_doctor_is_a_command_with_an_exit_status(tmp_path: Path) -> None:
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9", now=NOW.isoformat())
    assert survey.call("doctor").status == 1
    assert survey.call("init").status == 0
    well = survey.call("doctor")
    assert well.status == 0
    assert "Nothing is wrong." in well.out
    assert survey.json("doctor")["healthy"] is True


def _last_status(open_store: OpenStore) -> RunStatus:
    [run] = status_report(make_services(open_store, NOW)).runs
    return run.status


def test_rows_dated_ahead_are_named_with_the_way_back(look: Examine, open_store: OpenStore) -> None:
    to_come = NOW + timedelta(days=365 * 100)
    with open_store() as store:
        store.papers.upsert([make_paper()], seen_at=to_come)
        store.ledger.expect(
            ((day, "cs.CV") for day in (date(1971, 1, 1), to_come.date())), noted_at=NOW
        )
        [made] = store.decisions.add([make_decision(decided_at=to_come)])
    found = look()
    assert f"1 decision dated ahead of the clock (until {to_come:%Y-%m-%d})" in (
        found["decisions"].what
    )
    assert f"`living-survey undo --decision {made.decision_id}`" in found["decisions"].remedy
    assert "dated ahead of the clock (until 2126-02-22): 1 paper" in found["clock"].what
    assert "begins on 1971-01-01" in found["ledger"].what
    assert "ledger prune --before 2026-03-18" in found["ledger"].remedy


def test_clock_far_from_the_last_run_is_named(look: Examine, open_store: OpenStore) -> None:
    with open_store() as store:
        run_id = store.runs.start("run", NOW)
        store.runs.finish(run_id, finished_at=NOW, status=RunStatus.DONE, counts={})
    assert "clock" not in look()
    found = look(NOW + timedelta(days=365 * 100))
    assert "36500 days after the last run" in found["clock"].what
    assert "`living-survey run`" in found["clock"].remedy
