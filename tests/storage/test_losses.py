"""A restore names what the backup lacks and replaces nothing, unless it is told to."""

import re
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from storage.backup import back_up
from storage.errors import RestoreLosesError
from storage.freezes import Freeze
from storage.highlights import Highlight
from storage.losses import _KEYS, _ONE, losses_sentence
from storage.restore import RestoreReport, restore
from tests.support.builders import make_decision, make_paper
from tests.support.cli import SurveyInProcess
from tests.support.storage import database, opener

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
#: read again from arXiv and other services, or derived from what is stored
FETCHED = frozenset(
    [
        "paper_version",
        "change",
        "prediction",
        "announcement",
        "feed_check",
        "quarantined",
        "quarantine_resolution",
        "source_cursor",
        "expected_day",
        "backfilled",
        "late_arrival",
        "feed_gap",
        "feed_gap_closed",
        "harvest_window",
        "incomplete_ask",
        "correction_case",
        "cross_score",
        "work_key",
        "same_work_pair",
        "waiting",
        "followed",
        "following",
        "survey_day",
        "enrichment",
    ]
)
#: rows that come with others that are counted, or that files beside the database repeat
FOLLOWS = frozenset(
    [
        "api_token_use",
        "api_answer",
        "decided_text",
        "decision_batch",
        "placement",
        "section_move",
        "suggestion_person",
        "taxonomy_text",
        "publication_end",
        "publication_inputs",
        "subscriber_contact",
        "suggestion_person",
        "confirmation",
        "confirmation_event",
        "subscriber_departure",
        "mailing",
        "mail_recipient",
        "suppression_event",
        "translation_refusal",
    ]
)
#: what the program did, and how
WORK = frozenset(
    [
        "access_state",
        "account_link",
        "web_session",
        "login_failure",
        "trail_network",
        "schema_migration",
        "store_state",
        "survey_identity",
        "run_start",
        "run_end",
        "run_words",
        "run_versions",
        "run_detail",
        "publication_refusal",
        "hub_ping",
    ]
)
IDS = ["2603.00001", "2603.00002", "2603.00003"]


def add(folder: Path, *ids: str, at: datetime = NOW) -> None:
    with opener(folder)() as store:
        store.papers.upsert([make_paper(each) for each in ids], seen_at=at)
        store.decisions.add([make_decision(each) for each in ids])


def back(folder: Path) -> Path:
    safe = folder / "safe.duckdb"
    back_up(database(folder), safe, busy_timeout_seconds=600)
    return safe


def restored(folder: Path, safe: Path, *, force: bool = False) -> RestoreReport:
    return restore(safe, database(folder), now=NOW, busy_timeout_seconds=600, force=force)


def test_newer_rows_are_counted_and_nothing_is_replaced(tmp_path: Path) -> None:
    add(tmp_path, IDS[0])
    safe = back(tmp_path)
    add(tmp_path, *IDS[1:])
    with pytest.raises(RestoreLosesError, match="not: 2 decisions and 2 papers") as caught:
        restored(tmp_path, safe)
    assert "Nothing was replaced" in caught.value.hint
    assert f"restore {safe} --force" in caught.value.hint
    with opener(tmp_path)() as store:
        assert store.papers.count() == 3
    assert not list(tmp_path.glob("*.replaced-*"))
    report = restored(tmp_path, safe, force=True)
    assert report.lost == {"decisions": 2, "papers": 2}
    assert report.kept is not None
    with opener(tmp_path)() as store:
        assert store.papers.count() == 1


def test_backup_that_holds_everything_needs_no_force(tmp_path: Path) -> None:
    add(tmp_path, *IDS)
    assert restored(tmp_path, back(tmp_path)).lost == {}


def test_undone_decision_counts(tmp_path: Path) -> None:
    add(tmp_path, IDS[0])
    safe = back(tmp_path)
    with opener(tmp_path)() as store:
        store.decisions.undo(reviewer=make_decision(IDS[0]).reviewer, undone_at=NOW)
    with pytest.raises(RestoreLosesError, match="not: 1 decision\\."):
        restored(tmp_path, safe)


def test_same_number_of_other_rows_counts(tmp_path: Path) -> None:
    add(tmp_path, IDS[0])
    safe = back(tmp_path)
    for file in tmp_path.glob("survey.duckdb*"):
        file.unlink()
    add(tmp_path, IDS[1])
    with pytest.raises(RestoreLosesError, match="1 decision and 1 paper"):
        restored(tmp_path, safe)


def test_missing_and_unreadable_databases_need_no_force(tmp_path: Path) -> None:
    add(tmp_path, *IDS)
    safe = back(tmp_path)
    path = database(tmp_path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    assert restored(tmp_path, safe).lost == {}
    path.unlink()
    assert restored(tmp_path, safe).kept is None


def test_command_refuses_with_1_and_tells_what_force_lost(tmp_path: Path) -> None:
    add(tmp_path, IDS[0])
    safe = back(tmp_path)
    add(tmp_path, IDS[1])
    survey = SurveyInProcess(tmp_path, {"LIVING_SURVEY_DATABASE__PATH": "survey.duckdb"})
    refused = survey.call("restore", str(safe))
    assert refused.status == 1
    assert "1 decision and 1 paper" in refused.err
    done = survey.call("restore", str(safe), "--force")
    assert done.status == 0
    assert "lost       1 decision and 1 paper" in done.out


def test_end_of_the_survey_and_highlights_count(tmp_path: Path) -> None:
    add(tmp_path, IDS[0])
    safe = back(tmp_path)
    with opener(tmp_path)() as store:
        store.freezes.add(Freeze(NOW.date(), "", "ada", NOW))
        store.highlights.set(Highlight(IDS[0], "ada", "", NOW))
    with pytest.raises(RestoreLosesError, match="1 highlight and 1 end of the survey"):
        restored(tmp_path, safe)


def test_every_table_is_counted_or_comes_again() -> None:
    """A table of acts that nobody counts would be lost by a restore without a word."""
    counted = {one for sql in _KEYS.values() for one in re.findall(r"FROM (\w+)", sql)}
    schema = (files("storage") / "schema.sql").read_text(encoding="utf-8")
    tables = set(re.findall(r"CREATE TABLE (\w+)", schema))
    assert counted | FETCHED | FOLLOWS | WORK == tables
    assert not counted & (FETCHED | FOLLOWS | WORK)
    assert set(_ONE) == set(_KEYS)


def test_losses_are_named_in_words() -> None:
    assert losses_sentence({}) == "nothing"
    assert losses_sentence({"papers": 1}) == "1 paper"
    assert losses_sentence({"decisions": 1200, "papers": 2, "publications": 1}) == (
        "1,200 decisions, 2 papers and 1 publication"
    )
