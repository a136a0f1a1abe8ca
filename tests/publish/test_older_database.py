"""After a restore the files that are out are newer than the database."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.publish.noted import unknown_publications
from storage.publication_notes import notes_path, read_notes
from storage.store import OpenStore
from tests.support.builders import make_decision, make_paper
from tests.support.cli import Ended, SurveyInProcess
from tests.support.storage import migrated

OLD, LOST, LATER = "2603.00001", "2603.00002", "2603.00003"
SETTINGS = """
[survey]
title = "A Survey"
list = "list.md"
[publish]
targets = ["list", "digest", "feeds"]
base_url = "https://survey.example"
grow_freely = 100
"""
LIST = """## 📍 Multimodal Generation

### Image Generation

#### 🔅 LLM-based

- **A Boat of Reeds and Rain** (3 Feb 2026) [[Paper](https://arxiv.org/abs/2602.00101)]
"""
ENVIRONMENT = {
    "LIVING_SURVEY_ARXIV__OAI_URL": "http://127.0.0.1:9/oai",
    "LIVING_SURVEY_ARXIV__RSS_URL": "http://127.0.0.1:9",
    "LIVING_SURVEY_ARXIV__QUERY_URL": "http://127.0.0.1:9/api/query",
}
W11, W12, W13 = (datetime(2026, 3, day, 12, tzinfo=UTC) for day in (11, 18, 25))
SECTION = "generation-image-llm-based"


class Survey(SurveyInProcess):
    """A survey with a list, at moments of its own."""

    def at(self, day: str, *words: str) -> Ended:
        return self.call(*words, LIVING_SURVEY_NOW=f"{day}T08:00:00Z")

    @property
    def store(self) -> OpenStore:
        return migrated(self.directory / "var/survey.duckdb")

    def approve(self, arxiv_id: str, at: datetime) -> None:
        with self.store() as store:
            store.papers.upsert([make_paper(arxiv_id, title=f"Kettle {arxiv_id}")], seen_at=at)
            store.decisions.add([make_decision(arxiv_id, decided_at=at, sections=(SECTION,))])

    def files(self) -> dict[str, bytes]:
        output = self.directory / "var/digests"
        found = {
            str(p.relative_to(output)): p.read_bytes() for p in output.rglob("*") if p.is_file()
        }
        return {**found, "list.md": (self.directory / "list.md").read_bytes()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A survey whose issue of 2026-W12 was published after the backup."""
    directory = tmp_path_factory.mktemp("survey")
    (directory / "living-survey.toml").write_text(SETTINGS)
    (directory / "list.md").write_text(LIST)
    survey = Survey(directory, ENVIRONMENT)
    survey.approve(OLD, W11)
    assert survey.at("2026-03-16", "publish").status == 0
    assert survey.at("2026-03-16", "backup", "backup.duckdb").status == 0
    survey.approve(LOST, W12)
    ended = survey.at("2026-03-23", "publish")
    assert ended.status == 0, ended.out
    return directory


@pytest.fixture
def survey(made: Path, tmp_path: Path) -> Survey:
    """A copy of it."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return Survey(tmp_path, ENVIRONMENT)


def _restored(survey: Survey) -> Ended:
    ended = survey.at("2026-03-24", "restore", str(survey.directory / "backup.duckdb"), "--force")
    assert ended.status == 0, ended.err
    return ended


def _acts(survey: Survey) -> list[tuple[object, ...]]:
    rows = (
        "SELECT act_id, target, published_at, papers, files, begun_at FROM publications"
        " ORDER BY begun_at, act_id"
    )
    first = "SELECT arxiv_id, target, section, published_at FROM published ORDER BY ALL"
    with survey.store() as store:
        return [*store._session.rows(rows), *store._session.rows(first)]


def test_restore_records_what_was_published_since(survey: Survey) -> None:
    before = _acts(survey)
    ended = _restored(survey)
    said = [line.split()[1] for line in ended.out.splitlines() if "recorded again" in line]
    assert sorted(said) == ["digest:2026-W12,", "feeds,", "list,"]
    assert "What was decided after the backup is not in the database." in ended.err
    known = _acts(survey)
    # Of a target that follows the decisions, the last publication holds all there is.
    assert [one for one in known if one not in before] == []
    assert {one[1] for one in known} == {one[1] for one in before}
    with survey.store() as store:
        assert store.integrity.faults() == ()


def test_files_that_are_out_are_as_published_after_a_restore(survey: Survey) -> None:
    _restored(survey)
    verified = survey.at("2026-03-24", "verify")
    assert verified.status == 0, verified.out
    assert "newer than the restored database" in verified.out


def test_nothing_is_taken_out_unasked_after_a_restore(survey: Survey) -> None:
    before = survey.files()
    _restored(survey)
    ended = survey.at("2026-03-24", "publish")
    assert ended.status == 1
    assert "digest:2026-W12: refused" in ended.out
    assert "The issue that is out is newer than the restored database" in ended.out
    assert f"1 published paper on which the database has no decision: {LOST}." in ended.out
    assert survey.files() == before


def test_paper_decided_again_is_published_and_in_no_second_issue(survey: Survey) -> None:
    before = survey.files()
    _restored(survey)
    survey.approve(LOST, W13)
    survey.approve(LATER, W13)
    ended = survey.at("2026-03-30", "publish")
    assert ended.status == 0, ended.out
    after = survey.files()
    assert LOST not in after["2026-W13.md"].decode()
    assert LATER in after["2026-W13.md"].decode()
    assert after["2026-W12.md"] == before["2026-W12.md"]
    assert LOST in after["feeds/all.json"].decode()
    assert after["list.md"].decode().count(LOST) == before["list.md"].decode().count(LOST)
    items = json.loads(after["feeds/all.json"])["items"]
    held = {one["id"]: one for one in json.loads(before["feeds/all.json"])["items"]}
    assert len(held.keys() & {one["id"] for one in items}) == 2


def test_override_writes_what_the_database_has(survey: Survey) -> None:
    _restored(survey)
    ended = survey.at("2026-03-24", "publish", "--override", "The week was published by mistake.")
    assert ended.status == 0, ended.out
    assert LOST not in survey.files()["feeds/all.json"].decode()
    assert survey.at("2026-03-24", "verify").status == 0
    assert survey.at("2026-03-24", "publish").out.count("nothing to publish") == 3


def test_file_changed_by_hand_is_still_noticed_after_a_restore(survey: Survey) -> None:
    file = survey.directory / "var/digests/feeds/all.json"
    file.write_text("mine")
    _restored(survey)
    survey.approve(LOST, W13)
    ended = survey.at("2026-03-24", "publish", "--target", "feeds")
    assert "feeds/all.json was changed by hand" in ended.out
    assert file.read_text() == "mine"


def test_replaced_database_put_back_knows_everything(survey: Survey) -> None:
    before = _acts(survey)
    _restored(survey)
    [kept] = (survey.directory / "var").glob("survey.duckdb.replaced-*[0-9Z]")
    ended = survey.at("2026-03-25", "restore", str(kept))
    assert "recorded again" not in ended.out
    assert _acts(survey) == before
    assert survey.at("2026-03-25", "publish").out.count("nothing to publish") == 3


def test_issue_that_the_backup_builds_too_takes_another_address(survey: Survey) -> None:
    assert survey.at("2026-03-23", "backup", "whole.duckdb").status == 0
    settings = survey.directory / "living-survey.toml"
    settings.write_text(SETTINGS.replace("survey.example", "new.example"))
    assert survey.at("2026-03-24", "publish").status == 0
    settings.write_text(SETTINGS)
    whole = str(survey.directory / "whole.duckdb")
    assert survey.at("2026-03-24", "restore", whole, "--force").status == 0
    ended = survey.at("2026-03-24", "publish")
    assert ended.status == 0, ended.out
    assert b"new.example" not in survey.files()["2026-W12.html"]


def test_notes_without_a_restore_are_taken_over_by_publish(survey: Survey) -> None:
    with survey.store() as store:
        for table in ("publication_act", "publication_end", "publication"):
            store._session.write(f"DELETE FROM {table}")
        assert len(unknown_publications(store)) == 4
    assert "does not know of digest:2026-W11" in survey.at("2026-03-24", "doctor").out
    assert survey.at("2026-03-24", "publish").out.count("nothing to publish") == 3
    with survey.store() as store:
        assert unknown_publications(store) == []


def test_notes_of_another_survey_or_broken_ones_are_left_out(survey: Survey) -> None:
    place = notes_path(survey.directory / "var/survey.duckdb")
    note = place / "digest-2026-W12.json"
    stored = json.loads(note.read_text())
    note.write_text(json.dumps({**stored, "survey_id": "another"}))
    (place / "list.json").write_text("{")
    (place / "feeds.json").write_text('{"acts": 3}')
    (place / "deep.json").write_text("[" * 200_000)
    act = {**stored["acts"][-1], "begun_at": "2026-04-01T00:00:00"}
    (place / "no-zone.json").write_text(json.dumps({**stored, "acts": [act]}))
    (place / "no-target.json").write_text(json.dumps({**stored, "target": "digest:../../x"}))
    assert [one.target for one in read_notes(place.with_name("survey.duckdb"))] == [
        "digest:2026-W11",
        "digest:2026-W12",
    ]
    assert "recorded again" not in _restored(survey).out


def test_missing_notes_are_written_from_the_database(survey: Survey) -> None:
    place = notes_path(survey.directory / "var/survey.duckdb")
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    for path in place.iterdir():
        path.unlink()
    assert survey.at("2026-03-24", "publish").status == 0
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before
    assert {path.stat().st_mode & 0o077 for path in place.iterdir()} == {0}


def test_note_of_an_odd_target_stays_in_its_directory(survey: Survey) -> None:
    """A backup of somebody else can name its targets as it likes."""
    with survey.store() as store:
        last = store.publications.last("digest:2026-W12")
        assert last is not None
        odd = replace(last, act_id="0123456789ab", target="digest:../../../evil")
        store.publications.insert(odd)
    place = notes_path(survey.directory / "var/survey.duckdb")
    before = {path.name for path in place.iterdir()}
    survey.at("2026-03-24", "publish", "--target", "list")
    assert not list(survey.directory.parent.rglob("evil*"))
    assert {path.name for path in place.iterdir()} - before <= {"digest----------evil.json"}
