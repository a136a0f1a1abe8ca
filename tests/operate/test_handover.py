"""A bundle from which a new machine publishes the same bytes."""

import hashlib
import json
import shutil
import tarfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.roles import Role
from config.schema import SECTIONS
from config.settings import load_settings
from pipeline.review.tokens import hash_of
from storage.publication_types import PublishedFile
from storage.subscriber_types import How
from tests.support.accounts import Hands, Team
from tests.support.builders import make_decision, make_paper
from tests.support.cli import SurveyInProcess
from tests.support.mail import IMAGE, MONDAY, NOW, make_scene, people
from tests.support.smtp import smtp_server
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


def test_recorded_paths_and_links_lead_to_no_other_file(
    survey: SurveyInProcess, tmp_path: Path
) -> None:
    (tmp_path / "other.txt").write_text("precious")
    notes = survey.directory / "var/survey.duckdb.publications"
    (notes / "list.json").symlink_to(tmp_path / "other.txt")
    (survey.directory / "var/survey.duckdb.departures").symlink_to(tmp_path / "other.txt")
    with migrated(survey.directory / "var/survey.duckdb")() as store:
        last = store.publications.last("digest:2026-W12")
        assert last is not None
        sha256 = hashlib.sha256(b"precious").hexdigest()
        other = PublishedFile("var/../../other.txt", sha256, 8)
        store.publications.insert(replace(last, act_id="0123456789ab", files=(*last.files, other)))
    bundle = tmp_path / "survey.tar.gz"
    handed = survey.call("handover", str(bundle))
    if handed.status:
        assert not bundle.exists()
        return
    with tarfile.open(bundle) as tar:
        assert not [one for one in tar.getmembers() if ".." in one.name]
        assert not [
            one
            for one in tar.getmembers()
            if tar.extractfile(one).read() == b"precious"  # type: ignore[union-attr]
        ]


@pytest.mark.parametrize(
    ("section", "key"),
    [
        (section, key)
        for section, model in SECTIONS.items()
        for key in model.model_fields
        if any(word in key for word in ("password", "secret", "token", "key"))
        and "Path" in str(model.model_fields[key].annotation)
    ],
)
def test_no_file_that_holds_a_secret_is_in_the_bundle(
    survey: SurveyInProcess, tmp_path: Path, section: str, key: str
) -> None:
    settings = survey.directory / "living-survey.toml"
    settings.write_text(
        settings.read_text().replace('[enrich]\nopenalex_key_file = "key"\n', "")
        + f'[{section}]\n{key} = "key"\n'
    )
    report = survey.json("handover", str(tmp_path / "survey.tar.gz"))
    with tarfile.open(tmp_path / "survey.tar.gz") as tar:
        assert "key" not in tar.getnames()
    assert {Path(path).name: why for path, why in report["left_out"]}["key"] == (
        f"a secret ([{section}] {key}): carry it over by hand"
    )


def test_bundle_and_database_are_private(survey: SurveyInProcess, tmp_path: Path) -> None:
    bundle = tmp_path / "survey.tar.gz"
    survey.call("handover", str(bundle))
    assert bundle.stat().st_mode & 0o077 == 0
    with tarfile.open(bundle) as tar:
        modes = {one.name: one.mode for one in tar.getmembers()}
    assert modes["var/survey.duckdb"] == 0o600
    assert modes["var/survey.duckdb.publications/digest-2026-W12.json"] == 0o600


def test_new_machine_mails_nobody_twice_and_not_who_left(tmp_path: Path) -> None:
    with smtp_server() as sink:
        scene = make_scene(tmp_path / "old", sink.port, those=people(3))
        scene.survey()
        settings = tmp_path / "old/living-survey.toml"
        settings.write_text(settings.read_text().replace(f"{tmp_path / 'old'}/", ""))
        environment = {**ENVIRONMENT, "LIVING_SURVEY_NOW": NOW.isoformat()}
        old = SurveyInProcess(tmp_path / "old", environment)
        assert old.call("backup", "before.duckdb").status == 0
        sent = old.call("mail", "send", "--week", "2026-W12")
        assert (sent.status, len(sink.received)) == (0, 3), sent.err
        with scene.services.open_store() as store:
            assert store.subscribers.leave("r0001", How.ONE_CLICK, NOW)
        bundle = tmp_path / "survey.tar.gz"
        report = old.json("handover", str(bundle))
        new = SurveyInProcess(unpacked(bundle, tmp_path / "new").directory, environment)
        [key] = [Path(path) for path, why in report["left_out"] if "readers' links" in why]
        shutil.copy(key, new.directory)
        assert new.call("verify").status == 0

        again = new.call("mail", "send", "--week", "2026-W12")
        assert again.status == 0, again.err
        assert len(sink.received) == 3
        restored = new.call("restore", str(tmp_path / "old/before.duckdb"), "--force")
        assert "1 subscriber left since" in restored.out
        assert new.call("mail", "send", "--week", "2026-W12").status in {0, 1}
        assert len(sink.received) == 3

        later = {"LIVING_SURVEY_NOW": (NOW + timedelta(days=7)).isoformat()}
        at_w13 = MONDAY + timedelta(days=7)
        moved = replace(scene, settings=load_settings(new.directory / "living-survey.toml", {}))
        moved.approve([make_paper("2603.00099")], [IMAGE], at_w13)
        assert new.call("publish", "--target", "digest", **later).status == 0
        sent = new.call("mail", "send", "--week", "2026-W13", **later)
        assert sent.status == 0, sent.err
        assert sorted(one.recipient for one in sink.received[3:]) == [
            "r0000@reader.example",
            "r0002@reader.example",
        ]


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


def test_bundle_holds_no_password_and_no_session(survey: SurveyInProcess, tmp_path: Path) -> None:
    team = Team(migrated(survey.directory / "var/survey.duckdb"), Hands(APPROVED))
    team.add("ada", Role.ADMIN)
    team.attempt("ada")
    made = survey.json("token", "create", "--scope", "read", "--person", "ada", "--label", "report")
    done = survey.call("handover", str(tmp_path / "bundle.tar.gz"))
    assert done.status == 0
    assert "reviewer password NAME" in done.out
    assert "tokens of the JSON API" in done.out
    new = unpacked(tmp_path / "bundle.tar.gz", tmp_path / "new")
    with migrated(new.directory / "var/survey.duckdb")() as store:
        assert store.accounts.active() == ("ada",)
        assert store.passwords.of("ada") is None
        assert store.web_sessions.all() == ()
        assert [one.act for one in store.trail.recent(9)][-1] == "account.added"
        assert store.api_tokens.by_hash(hash_of(made["secret"]) or "") is None
        assert store.api_tokens.get(made["token_id"]).revoked_by == "handover"
    with team.open_store() as store:
        assert store.api_tokens.by_hash(hash_of(made["secret"]) or "") is not None
        assert store.passwords.of("ada")
