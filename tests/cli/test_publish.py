import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.cli import SurveyInProcess
from tests.support.publish import approve
from tests.support.storage import migrated

NOW = datetime(2026, 3, 24, 6, tzinfo=UTC)
ONE = "2603.00001"


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    """A survey with one paper approved in 2026-W12, and no list."""
    with migrated(tmp_path / "var" / "survey.duckdb")() as store:
        approve(store, ONE)
    return SurveyInProcess(
        tmp_path,
        {
            "LIVING_SURVEY_NOW": NOW.isoformat(),
            "LIVING_SURVEY_ARXIV__OAI_URL": "http://127.0.0.1:9/oai",
            "LIVING_SURVEY_ARXIV__RSS_URL": "http://127.0.0.1:9",
            "LIVING_SURVEY_ARXIV__QUERY_URL": "http://127.0.0.1:9/api/query",
            "LIVING_SURVEY_REVIEW__REVIEWER": "ada",
        },
    )


def test_publish_writes_the_last_week_once(survey: SurveyInProcess) -> None:
    first = survey.json("publish", "--target", "digest")
    (target,) = first["targets"]
    assert (target["target"], target["outcome"]) == ("digest:2026-W12", "published")
    assert ONE in (survey.directory / "var/digests/2026-W12.md").read_text()

    second = survey.call("publish", "--target", "digest")

    assert second.status == 0
    assert second.out == "digest:2026-W12: nothing to publish, 1 paper\n"


def test_dry_run_creates_and_records_nothing(survey: SurveyInProcess) -> None:
    before = sorted(survey.directory.rglob("*"))
    report = survey.json("publish", "--dry-run", "--target", "digest")
    assert report["dry_run"] is True
    assert report["targets"][0]["outcome"] == "would publish"
    assert [path for path in sorted(survey.directory.rglob("*")) if path not in before] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--override", "  "), "--override needs a reason"),
        (("--target", "digset"), "Did you mean digest?"),
        (("--week", "2026-W13"), "The week 2026-W13 ends on 2026-03-29"),
        (("--week", "2026-W99"), "There is no week 2026-W99"),
        (("--reviewer", "list"), "reserved"),
    ],
)
def test_wrong_use_is_one_sentence(
    survey: SurveyInProcess, words: tuple[str, ...], said: str
) -> None:
    ended = survey.call("publish", *words)
    assert ended.status == 2
    assert said in ended.err
    assert ended.err.count("\n") == 1


def test_refusal_says_reason_and_remedy_and_ends_with_1(survey: SurveyInProcess) -> None:
    with migrated(survey.directory / "var" / "survey.duckdb")() as store:
        approve(store, "2603.00002", section="no-such-section")

    ended = survey.call("publish", "--target", "digest")

    assert ended.status == 1
    said, why, *_ = ended.out.splitlines()
    assert said == "digest:2026-W12: refused, its last publication stays"
    assert why == (
        "  2603.00002 is in the unknown section 'no-such-section'. Decide again with a section of"
        " `living-survey sections`, or migrate the taxonomy."
    )
    assert not (survey.directory / "var/digests").exists()
    reason = survey.call(
        "publish", "--target", "digest", "--override", "Moved soon", "--reviewer", "bo"
    )
    assert reason.status == 0
    assert "set aside: 2603.00002 is in the unknown section" in reason.out


def test_only_publishers_set_refusals_aside(survey: SurveyInProcess) -> None:
    ended = survey.call(
        "publish", "--override", "Why not", LIVING_SURVEY_PUBLISH__PUBLISHERS='["bo"]'
    )
    assert ended.status == 2
    assert "ada may not set refusals aside." in ended.err


def test_verify_names_digests_without_a_record(survey: SurveyInProcess) -> None:
    with migrated(survey.directory / "var" / "survey.duckdb")() as store:
        for week in ("2026-W01", "2026-W02"):  # as `digest` did before there were publications
            store.published.record(f"digest:{week}", [(ONE, "agents")], NOW)
    survey.json("publish", "--target", "digest")

    ended = survey.call("verify")

    assert ended.status == 0
    (line,) = ended.out.splitlines()[1:]
    assert line.startswith("not compared: digest:2026-W01, digest:2026-W02, published by a version")


def test_run_is_recorded_with_its_refusal(survey: SurveyInProcess) -> None:
    with migrated(survey.directory / "var" / "survey.duckdb")() as store:
        approve(store, "2603.00002", section="no-such-section")
    survey.call("publish", "--target", "digest")
    with migrated(survey.directory / "var" / "survey.duckdb")() as store:
        last = store.runs.last("publish")
    assert last is not None
    assert (last.status, last.counts) == ("failed", {"refused": 1})
    assert json.dumps(last.error).startswith('"digest:2026-W12: 2603.00002 is in')
