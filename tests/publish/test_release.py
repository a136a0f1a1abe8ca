"""A release of the list: what it holds, how to cite it, what changed."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.types import Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.cli import SurveyInProcess
from tests.support.storage import migrated

APPROVED = datetime(2026, 3, 18, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 19, 12, tzinfo=UTC)


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    hold(tmp_path, "2603.00001", "A kettle: *bold* <b>and</b> brave")
    hold(tmp_path, "2603.00002", "A second kettle")
    return SurveyInProcess(
        tmp_path,
        {
            "LIVING_SURVEY_NOW": "2026-03-23T12:00:00Z",
            "LIVING_SURVEY_ARXIV__OAI_URL": "http://127.0.0.1:9/oai",
            "LIVING_SURVEY_ARXIV__RSS_URL": "http://127.0.0.1:9",
            "LIVING_SURVEY_ARXIV__QUERY_URL": "http://127.0.0.1:9/api/query",
            "LIVING_SURVEY_DATABASE__PATH": str(tmp_path / "survey.duckdb"),
            "LIVING_SURVEY_SURVEY__TITLE": 'Kettles: "a" survey',
            "LIVING_SURVEY_PUBLISH__EDITOR": "The kettle group",
        },
    )


def hold(
    directory: Path,
    arxiv_id: str,
    title: str,
    verdict: Verdict = Verdict.APPROVED,
    at: datetime = APPROVED,
) -> None:
    with migrated(directory / "survey.duckdb")() as store:
        store.papers.upsert([make_paper(arxiv_id, title=title)], seen_at=at)
        store.decisions.add(
            [make_decision(arxiv_id, verdict=verdict, decided_at=at, reviewer="Grace H.")]
        )


def release(survey: SurveyInProcess, version: str, *more: str) -> Path:
    directory = survey.directory / version
    ended = survey.call("release", version, str(directory), "--license", "CC-BY-4.0", *more)
    assert ended.status == 0, ended.err
    return directory


def test_crate_names_every_file_with_its_sum(survey: SurveyInProcess) -> None:
    made = release(survey, "1.0.0")
    crate = json.loads((made / "ro-crate-metadata.json").read_text())
    entities = {one["@id"]: one for one in crate["@graph"]}
    about = entities["ro-crate-metadata.json"]
    assert about["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.2"}
    root = entities[about["about"]["@id"]]
    assert (root["name"], root["datePublished"]) == ('Kettles: "a" survey', "2026-03-23")
    assert root["license"]["@id"] in entities
    parts = {one["@id"] for one in root["hasPart"]}
    assert parts | {"ro-crate-metadata.json"} == {path.name for path in made.iterdir()}
    for name in parts:
        data = (made / name).read_bytes()
        assert entities[name]["sha256"] == hashlib.sha256(data).hexdigest()
        assert entities[name]["contentSize"] == str(len(data))


def test_citation_says_title_version_and_day(survey: SurveyInProcess) -> None:
    text = (release(survey, "1.0.0") / "CITATION.cff").read_text()
    assert 'title: "Kettles: \\"a\\" survey"' in text
    assert 'version: "1.0.0"' in text
    assert "date-released: 2026-03-23" in text
    assert '  - name: "The kettle group"' in text


def test_release_names_no_reviewer(survey: SurveyInProcess) -> None:
    made = release(survey, "1.0.0")
    assert all(b"Grace" not in path.read_bytes() for path in made.iterdir())
    assert len((made / "papers.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("typed", "kept", "meant"),
    [
        ("cc-by-4.0", "CC-BY-4.0", ""),
        ("mit", "MIT", ""),
        ("CC-BY-4", "", "Did you mean CC-BY-4.0?"),
        ("CCBY4.0", "", "Did you mean CC-BY-4.0?"),
        ("Apache 2.0", "", "Did you mean Apache-2.0?"),
        ("MIT OR Apache-2.0", "", "one identifier"),
        ("LicenseRef-mine", "", "one identifier"),
    ],
)
def test_licence_is_an_identifier_of_spdx(
    survey: SurveyInProcess, typed: str, kept: str, meant: str
) -> None:
    ended = survey.call("release", "1.0.0", "out", "--license", typed)
    assert ended.status == (0 if kept else 2)
    if kept:
        assert f"license: {kept}\n" in (survey.directory / "out/CITATION.cff").read_text()
    else:
        assert meant in ended.err
        assert not (survey.directory / "out").exists()


def test_missing_changes_are_said(survey: SurveyInProcess) -> None:
    ended = survey.call("release", "1.0.0", "one", "--license", "MIT")
    assert "no CHANGES.md: --since DIRECTORY" in ended.out
    ended = survey.call("release", "1.1.0", "two", "--license", "MIT", "--since", "one")
    assert "no CHANGES.md" not in ended.out


def test_changes_since_the_release_before(survey: SurveyInProcess) -> None:
    first = release(survey, "1.0.0")
    hold(survey.directory, "2603.00003", "A third # kettle")
    hold(survey.directory, "2603.00002", "A second kettle", Verdict.REJECTED, LATER)
    second = release(survey, "1.1.0", "--since", str(first))
    changes = (second / "CHANGES.md").read_text()
    assert changes == (
        "# Changes in 1.1.0\n\n## Added (1)\n\n- arXiv:2603.00003 A third # kettle\n\n"
        "## Removed (1)\n\n- arXiv:2603.00002 A second kettle\n"
    )
    third = release(survey, "1.1.1", "--since", str(second))
    assert "Nothing changed." in (third / "CHANGES.md").read_text()


def test_same_decisions_give_the_same_bytes(survey: SurveyInProcess) -> None:
    first = release(survey, "1.0.0")
    before = {path.name: path.read_bytes() for path in first.iterdir()}
    for path in first.iterdir():
        path.unlink()
    again = release(survey, "1.0.0")
    assert {path.name: path.read_bytes() for path in again.iterdir()} == before


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("1.0.0", "full", "--license", "CC0-1.0"), 1),
        (("1.0 beta", "out", "--license", "CC0-1.0"), 2),
        (("1.0.0", "out", "--license", "my own"), 2),
        (("1.0.0", "out", "--license", "CC0-1.0", "--since", "full"), 2),
    ],
)
def test_wrong_call_writes_nothing(
    survey: SurveyInProcess, words: tuple[str, ...], status: int
) -> None:
    (survey.directory / "full").mkdir()
    (survey.directory / "full/mine").write_text("kept")
    assert survey.call("release", *words).status == status
    assert not (survey.directory / "out").exists()
    assert [path.name for path in (survey.directory / "full").iterdir()] == ["mine"]
