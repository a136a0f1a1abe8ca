"""A restored database publishes nothing twice, and `verify` holds."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.store import OpenStore
from tests.support.cli import SurveyInProcess, survey_in_process
from tests.support.digest import MONDAY
from tests.support.publish import approve
from tests.support.storage import migrated, published_to

NOW = datetime(2026, 3, 24, 6, tzinfo=UTC)
LATER = NOW + timedelta(days=7)
ONE, TWO = "2603.00001", "2603.00002"
LIST = """# 📍 Multimodal Agents

- **Agents that Fold Paper Boats** (3 Feb 2026) [[Paper](https://arxiv.org/abs/2602.90100)]
"""


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return migrated(tmp_path / "var" / "survey.duckdb")


@pytest.fixture
def survey(tmp_path: Path, open_store: OpenStore) -> SurveyInProcess:
    """A survey with a list and one approved paper; both targets are published."""
    (tmp_path / "README.md").write_text(LIST, encoding="utf-8")
    with open_store() as store:
        approve(store, ONE)
    survey = survey_in_process(
        tmp_path,
        url="http://127.0.0.1:9",
        now=NOW.isoformat(),
        LIVING_SURVEY_REVIEW__REVIEWER="ada",
        LIVING_SURVEY_SURVEY__LIST='["README.md"]',
    )
    assert outcomes(survey) == {"list": "published", "digest:2026-W12": "published"}
    return survey


def outcomes(survey: SurveyInProcess, now: datetime = NOW) -> dict[str, str]:
    """Publish and return what became of each target."""
    report = survey.call("publish", "--json", LIVING_SURVEY_NOW=now.isoformat()).document
    return {one["target"]: one["outcome"] for one in report["targets"]}


def files(survey: SurveyInProcess) -> dict[str, bytes]:
    """Return the content of everything that was published."""
    paths = (survey.directory / "README.md", *(survey.directory / "var/digests").iterdir())
    return {path.name: path.read_bytes() for path in paths}


def acts(open_store: OpenStore) -> list[tuple[str, int]]:
    with open_store() as store:
        return [(one.target, len(one.papers)) for one in store.publications.latest()]


def restore(survey: SurveyInProcess, backup: str) -> None:
    assert survey.call("restore", backup, "--force").status == 0


def test_restored_database_has_nothing_to_publish(
    survey: SurveyInProcess, open_store: OpenStore
) -> None:
    before, recorded = files(survey), acts(open_store)
    backup = survey.json("backup")["path"]
    restore(survey, backup)

    assert set(outcomes(survey).values()) == {"nothing to publish"}
    assert (files(survey), acts(open_store)) == (before, recorded)
    assert survey.json("verify")["as_published"] is True
    with open_store() as store:
        assert published_to(store, "list") == {(ONE, "agents")}


def test_what_was_published_after_the_backup_is_recorded_again_not_repeated(
    survey: SurveyInProcess, open_store: OpenStore
) -> None:
    backup = survey.json("backup")["path"]
    _approve_in_next_week(open_store)
    assert set(outcomes(survey, LATER).values()) == {"published"}
    before = files(survey)
    restore(survey, backup)
    _approve_in_next_week(open_store)

    assert set(outcomes(survey, LATER).values()) == {"nothing to publish"}
    assert files(survey) == before
    assert before["README.md"].count(f"abs/{TWO}".encode()) == 1
    assert survey.json("verify")["as_published"] is True
    with open_store() as store:
        assert published_to(store, "digest:2026-W13") == {(TWO, "agents")}


def test_list_keeps_papers_whose_decisions_were_lost_with_the_database(
    survey: SurveyInProcess, open_store: OpenStore
) -> None:
    backup = survey.json("backup")["path"]
    _approve_in_next_week(open_store)
    outcomes(survey, LATER)
    before = files(survey)
    restore(survey, backup)

    # The act records that the list's approved papers are fewer; its file stays.
    assert outcomes(survey, LATER) == {"list": "published", "digest:2026-W13": "refused"}
    assert outcomes(survey, LATER)["list"] == "nothing to publish"
    assert files(survey) == before
    assert survey.json("verify")["as_published"] is True


def _approve_in_next_week(open_store: OpenStore) -> None:
    with open_store() as store:
        approve(store, TWO, at=MONDAY + timedelta(days=7))
