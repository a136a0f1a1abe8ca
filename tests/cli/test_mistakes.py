"""Bad input gives one clear sentence, the documented exit status, and no traceback."""

import json
from pathlib import Path

import pytest

from storage.store import store_opener
from tests.support.builders import make_paper
from tests.support.cli import Ended, Survey, SurveyInProcess, survey_at, survey_in_process

NOWHERE = "http://127.0.0.1:9"  # the discard port: nothing listens there


@pytest.fixture
def survey(tmp_path: Path, now: object) -> Survey:
    made = survey_in_process(tmp_path, url=NOWHERE, now="2026-03-17T12:00:00Z")
    assert made.call("init").status == 0
    with store_opener(tmp_path / "var/survey.duckdb")() as store:
        from datetime import UTC, datetime

        store.papers.upsert([make_paper()], seen_at=datetime(2026, 3, 17, tzinfo=UTC))
    return made


def assert_one_sentence(ended: Ended, status: int, *words: str) -> None:
    assert ended.status == status, ended.err
    assert "Traceback" not in ended.err
    assert ended.err.count("living-survey:") == 1
    for word in words:
        assert word in ended.err, ended.err


def test_an_unknown_section_names_the_nearest(survey: Survey) -> None:
    ended = survey.call("decide", "2603.00001", "approve", "--section", "generation-image-llm")
    assert_one_sentence(ended, 2, "generation-image-llm-based", "living-survey sections")


def test_an_impossible_week(survey: Survey) -> None:
    assert_one_sentence(survey.call("digest", "--week", "2026-W54"), 2, "2026-W54")


def test_an_unknown_choice_names_all(survey: Survey) -> None:
    ended = survey.call("schedule", "--print", "crontab")
    assert_one_sentence(ended, 2, "'--print': 'crontab' is not one of 'cron', 'systemd'")


def test_a_typo_in_the_configuration(survey: Survey) -> None:
    settings = survey.directory / "living-survey.toml"
    settings.write_text("[arxiv]\nmin_interval_second = 3\n")
    ended = survey.call("status")
    assert_one_sentence(ended, 2, "min_interval_second", "Did you mean min_interval_seconds")


def test_a_missing_configuration(survey: Survey) -> None:
    ended = survey.call("status", "--config", "nowhere.toml")
    assert_one_sentence(ended, 2, "nowhere.toml", "living-survey init")


def test_a_missing_list(survey: Survey) -> None:
    assert_one_sentence(survey.call("bootstrap", "--list", "nowhere.md"), 2, "nowhere.md")


def test_a_missing_decisions_file(survey: Survey) -> None:
    assert_one_sentence(survey.call("decide", "--from", "nowhere.jsonl"), 2, "nowhere.jsonl")


def test_arxiv_out_of_reach_is_tried_again_later(survey: Survey) -> None:
    ended = survey.call("backfill", "--from", "2026-03-01", "--until", "2026-03-02")
    assert_one_sentence(ended, 75, "cannot be reached")
    [run, *_] = survey.json("status")["runs"]
    assert (run["command"], run["status"]) == ("backfill", "failed")


def test_cycle_without_arxiv_names_the_failed_sources(survey: Survey) -> None:
    ended = survey.call("run")
    assert ended.status == 75
    assert "Traceback" not in ended.err
    assert "feed" in ended.err
    assert "OAI set cs" in ended.err


def test_an_approval_without_a_suggestion_asks_for_a_section(survey: Survey) -> None:
    ended = survey.call("decide", "2603.00001", "approve")
    assert_one_sentence(ended, 2, "--section", "living-survey classify")


def test_a_paper_that_is_not_held(survey: Survey) -> None:
    ended = survey.call("decide", "2603.99999", "reject", "--reason", "other")
    assert_one_sentence(ended, 2, "2603.99999", "living-survey add")


def test_what_is_no_arxiv_id(survey: Survey) -> None:
    assert_one_sentence(survey.call("decide", "banana", "reject", "--reason", "other"), 2, "banana")
    assert_one_sentence(survey.call("add", "banana"), 2, "banana")


def test_nothing_to_undo(survey: Survey) -> None:
    assert_one_sentence(survey.call("undo", "--reviewer", "nobody"), 2, "nobody")


def test_a_backwards_window(survey: Survey) -> None:
    ended = survey.call("backfill", "--from", "2026-03-02", "--until", "2026-03-01")
    assert_one_sentence(ended, 2, "before it begins")


def test_an_error_as_json_is_one_document_too(survey: Survey) -> None:
    ended = survey.call("digest", "--week", "2026-W54", "--json")
    assert ended.status == 2
    assert set(json.loads(ended.out)) == {"error", "hint"}


def test_debug_shows_the_traceback(survey: Survey) -> None:
    ended = survey.call("digest", "--week", "2026-W54", "--debug")
    assert ended.status == 2
    assert "Traceback" in ended.err


def test_live_urls_need_a_contact(tmp_path: Path) -> None:
    survey = SurveyInProcess(tmp_path)
    assert survey.call("init").status == 0
    assert_one_sentence(survey.call("fetch"), 2, "contact")


def test_init_never_overwrites(survey: Survey) -> None:
    settings = survey.directory / "living-survey.toml"
    before = settings.read_bytes()
    report = survey.json("init", "--contact", "else@example.org")
    assert report["created_settings"] is False
    assert report["created_database"] is False
    assert settings.read_bytes() == before


def test_init_fills_in_contact_and_list(tmp_path: Path) -> None:
    survey = SurveyInProcess(tmp_path)
    survey.json("init", "--contact", 'a"b@example.org', "--list", "README.md")
    from config.settings import load_settings

    settings = load_settings(tmp_path / "living-survey.toml", {})
    assert settings.arxiv.contact == 'a"b@example.org'
    assert settings.survey.list == (tmp_path / "README.md",)


def test_a_second_run_exits_75_while_one_is_active(survey: Survey) -> None:
    from pipeline.runtime.record import exclusive

    with exclusive(survey.directory / "var/survey.duckdb"):
        assert_one_sentence(survey.call("fetch"), 75, "Another run is active")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["queue", "--limit", "0"], "--limit"),
        (["nonsense"], "nonsense"),
        (["decide", "--sectoin", "x"], "--sectoin"),
        (["backfill", "--from", "2025-13-01", "--until", "2025-12-31"], "2025-13-01"),
        (["taxonomy", "nonsense"], "nonsense"),
    ],
)
def test_wrong_words_are_one_sentence_too(survey: Survey, words: list[str], said: str) -> None:
    assert_one_sentence(survey.call(*words), 2, said, "--help")
    machine = survey.call(*words, "--json")
    assert said in machine.document["error"]


def test_the_settings_file_is_taken_before_and_after_the_command(survey: Survey) -> None:
    survey.directory.joinpath("other.toml").write_text('[survey]\ntitle = "Other"\n')
    for words in (["--config", "gone.toml", "status"], ["status", "--config", "gone.toml"]):
        assert_one_sentence(survey.call(*words), 2, "gone.toml")
    assert survey.call("--config", "other.toml", "status").status == 0


def test_version_is_printed(survey: Survey) -> None:
    assert survey.call("--version").out.startswith("living-survey 0.")


def test_without_a_command_the_help_is_shown(survey: Survey) -> None:
    ended = survey.call()
    assert ended.status == 2
    assert "bootstrap" in ended.err


@pytest.mark.parametrize(
    "words",
    [
        ["queue"],
        ["status"],
        ["digest"],
        ["classify"],
        ["train"],
        ["decide", "2603.00001", "reject", "--reason", "other"],
    ],
)
def test_wrong_directory_is_refused_and_unchanged(tmp_path: Path, words: list[str]) -> None:
    assert_one_sentence(
        SurveyInProcess(tmp_path).call(*words), 2, "no database", "living-survey init"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("digest", "--week", "2026-W54"), 2, "2026-W54"),
        (("nonsense",), 2, "nonsense"),
        (("fetch",), 75, "Another run is active"),
    ],
)
def test_mistakes_end_a_process_with_their_status(
    survey: Survey, words: tuple[str, ...], status: int, said: str
) -> None:
    from pipeline.runtime.record import exclusive

    real = survey_at(survey.directory, url=NOWHERE, now="2026-03-17T12:00:00Z")
    with exclusive(survey.directory / "var/survey.duckdb"):
        assert_one_sentence(real.call(*words), status, said)
