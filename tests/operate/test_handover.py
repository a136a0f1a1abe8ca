"""A bundle from which a new machine publishes the same bytes."""

import hashlib
import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.builders import make_decision, make_paper
from tests.support.cli import SurveyInProcess
from tests.support.storage import migrated

APPROVED = datetime(2026, 3, 18, 12, tzinfo=UTC)
ENVIRONMENT = {
    "LIVING_SURVEY_NOW": "2026-03-23T12:00:00Z",
    "LIVING_SURVEY_ARXIV__OAI_URL": "http://127.0.0.1:9/oai",
    "LIVING_SURVEY_ARXIV__RSS_URL": "http://127.0.0.1:9",
    "LIVING_SURVEY_ARXIV__QUERY_URL": "http://127.0.0.1:9/api/query",
}
LIST = "# A survey\n\n## Multimodal Generation\n\n### Image Generation\n\n+ one line\n"


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    """A survey with a published digest, a secret, an archive and a link."""
    directory = tmp_path / "old"
    (directory / "var/archive").mkdir(parents=True)
    (directory / "var/archive/raw.xml.gz").write_bytes(b"raw")
    (directory / "README.md").write_text(LIST)
    (directory / "key").write_text("hush")
    (directory / "living-survey.toml").write_text(
        '[survey]\nlist = ["README.md"]\n[publish]\ntargets = ["digest"]\n'
        '[enrich]\nopenalex_key_file = "key"\n'
    )
    with migrated(directory / "var/survey.duckdb")() as store:
        for number in range(3):
            key = f"2603.0000{number}"
            store.papers.upsert([make_paper(key, title=f"Kettle {number}")], seen_at=APPROVED)
            store.decisions.add([make_decision(key, decided_at=APPROVED)])
    (directory / "var/survey.duckdb.subscriber-key").write_text("hush")
    survey = SurveyInProcess(directory, ENVIRONMENT)
    assert survey.call("digest", "--week", "2026-W12").status == 0
    (directory / "var/digests/link").symlink_to("/etc/hostname")
    return survey


def unpacked(bundle: Path, directory: Path) -> SurveyInProcess:
    with tarfile.open(bundle) as tar:
        tar.extractall(directory, filter="data")
    return SurveyInProcess(directory, ENVIRONMENT)


def published(directory: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in (directory / "var/digests").iterdir()
        if not path.is_symlink()
    }


def test_new_machine_publishes_the_same_bytes(survey: SurveyInProcess, tmp_path: Path) -> None:
    bundle = tmp_path / "survey.tar.gz"
    ended = survey.call("handover", str(bundle))
    assert ended.status == 0, ended.err
    new = unpacked(bundle, tmp_path / "new")
    assert new.call("verify").status == 0
    for path in (new.directory / "var/digests").iterdir():
        path.unlink()
    assert new.call("digest", "--week", "2026-W12").status == 0
    assert published(new.directory) == published(survey.directory)
    assert len(published(new.directory)) == 4
    assert (new.directory / "README.md").read_text() == LIST


def test_secrets_archive_and_links_are_left_out_and_named(
    survey: SurveyInProcess, tmp_path: Path
) -> None:
    bundle = tmp_path / "survey.tar.gz"
    report = survey.json("handover", str(bundle))
    with tarfile.open(bundle) as tar:
        names = set(tar.getnames())
        assert all(member.isreg() for member in tar.getmembers())
    assert not {"key", "var/survey.duckdb.subscriber-key", "var/archive/raw.xml.gz"} & names
    assert "var/digests/link" not in names
    assert b"hush" not in b"".join(
        path.read_bytes()
        for path in unpacked(bundle, tmp_path / "new").directory.rglob("*")
        if path.is_file()
    )
    said = {Path(path).name: why for path, why in report["left_out"]}
    assert said["key"] == "a secret ([enrich] openalex_key_file): carry it over by hand"
    assert said["archive"] == "made anew ([arxiv] archive)"
    assert said["link"] == "no regular file"
    assert "carry it over" in said["survey.duckdb.subscriber-key"]
    assert "LIVING_SURVEY_NOW" in report["variables"]


def test_sums_are_right(survey: SurveyInProcess, tmp_path: Path) -> None:
    survey.call("handover", str(tmp_path / "survey.tar.gz"))
    new = unpacked(tmp_path / "survey.tar.gz", tmp_path / "new").directory
    lines = (new / "SHA256SUMS").read_text().splitlines()
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256((new / name).read_bytes()).hexdigest() == digest
    files = json.loads((new / "handover.json").read_text())["files"]
    assert {*files, "handover.json"} == {line.split("  ")[1] for line in lines}


def test_what_differs_is_not_handed_over(survey: SurveyInProcess, tmp_path: Path) -> None:
    (survey.directory / "var/digests/2026-W12.md").write_text("changed")
    ended = survey.call("handover", str(tmp_path / "survey.tar.gz"))
    assert ended.status == 1
    assert "digest:2026-W12 would not be published with the same bytes" in ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_existing_file_is_not_replaced(survey: SurveyInProcess, tmp_path: Path) -> None:
    (tmp_path / "survey.tar.gz").write_text("mine")
    assert survey.call("handover", str(tmp_path / "survey.tar.gz")).status == 1
    assert (tmp_path / "survey.tar.gz").read_text() == "mine"


def test_same_survey_gives_the_same_bundle(survey: SurveyInProcess, tmp_path: Path) -> None:
    survey.call("handover", str(tmp_path / "a.tar.gz"))
    first = unpacked(tmp_path / "a.tar.gz", tmp_path / "one").directory
    survey.call("handover", str(tmp_path / "b.tar.gz"))
    second = unpacked(tmp_path / "b.tar.gz", tmp_path / "two").directory
    names = {path.relative_to(first) for path in first.rglob("*") if path.is_file()}
    changed = {
        str(name) for name in names if (first / name).read_bytes() != (second / name).read_bytes()
    }
    # The database records the run itself.
    assert changed <= {"var/survey.duckdb", "handover.json", "SHA256SUMS"}
