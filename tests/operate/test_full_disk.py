"""A full or read-only disk is one sentence and exit status 1, and nothing is lost."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.backup import back_up
from storage.store import OpenStore, store_opener
from storage.types import RunStatus
from tests.support.builders import make_decision, make_paper
from tests.support.cli import PATIENCE_SECONDS, ROOT, SurveyInProcess
from tests.support.disk import Disk, small_disk
from tests.support.review import ReviewSite, Visitor

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
IDS = [f"2603.{number:05d}" for number in range(1, 41)]
SECTION = "agents"


@dataclass(frozen=True)
class SurveyDisk(Disk):
    """A file system of 6 MB with a survey."""

    @property
    def database(self) -> Path:
        return self.path / "var" / "survey.duckdb"

    @property
    def survey(self) -> SurveyInProcess:
        return SurveyInProcess(
            self.path,
            {
                "LIVING_SURVEY_NOW": NOW.isoformat(),
                "LIVING_SURVEY_ARXIV__OAI_URL": "http://127.0.0.1:9/oai",
                "LIVING_SURVEY_ARXIV__RSS_URL": "http://127.0.0.1:9",
                "LIVING_SURVEY_ARXIV__QUERY_URL": "http://127.0.0.1:9/api/query",
                "LIVING_SURVEY_REVIEW__REVIEWER": "ada",
            },
        )

    @property
    def open_store(self) -> OpenStore:
        return store_opener(self.database)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SurveyDisk]:
    with small_disk(tmp_path / "disk") as mounted:
        disk = SurveyDisk(mounted.path)
        with disk.open_store() as store:
            store.papers.upsert([make_paper(arxiv_id) for arxiv_id in IDS], seen_at=NOW)
            store.decisions.add([make_decision(IDS[0], sections=(SECTION,))])
            store.checkpoint()
        yield disk


def commands(disk: SurveyDisk) -> list[tuple[str, ...]]:
    lines = [json.dumps({"arxiv_id": each, "verdict": "rejected"}) for each in IDS]
    file = disk.path / "decisions.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    curated = disk.path / "README.md"
    curated.write_text("## Agents\n- [A](https://arxiv.org/abs/2603.00001)\n", encoding="utf-8")
    return [
        ("decide", IDS[1], "reject", "--reason", "other"),
        ("decide", "--from", str(file)),
        ("undo",),
        ("classify",),
        ("run",),
        ("digest", "--week", "2026-W11"),
        ("backup",),
        ("bootstrap", "--list", str(curated)),
        ("train",),
        ("subscribers", "add", "ada@example.org"),
        ("init", "--contact", "ada@example.org"),
    ]


def assert_one_sentence(err: str) -> None:
    assert "Traceback" not in err
    assert len(err.splitlines()) == 1, err
    assert err.startswith("living-survey: ")


def test_full_disk_is_one_sentence_and_loses_nothing(disk: SurveyDisk) -> None:
    words = commands(disk)
    disk.fill()
    for each in words:
        ended = disk.survey.call(*each)
        assert ended.status == 1, (each, ended)
        assert_one_sentence(ended.err)
    ended = disk.survey.call("decide", IDS[1], "reject", "--reason", "other")
    assert ended.status == 1
    assert "Nothing was recorded" in ended.err
    assert "No space left on device" in ended.err
    disk.empty()
    with disk.open_store() as store:
        assert store.papers.count() == len(IDS)
        assert store.decisions.count() == 1
        assert store.integrity.faults() == ()
    assert disk.survey.call("decide", IDS[1], "reject", "--reason", "other").status == 0
    assert disk.survey.call("backup").status == 0


def test_full_disk_answers_the_page_with_nothing_recorded(disk: SurveyDisk) -> None:
    site = ReviewSite(disk.open_store)
    site.fill(IDS[1:3])
    visitor = Visitor(site.app())
    page = visitor.get("/queue")
    disk.fill()
    answer = visitor.decide(page, IDS[1], "rejected")
    assert answer.status == 507
    assert "Nothing was recorded" in answer.text
    assert "No space left on device" in answer.text
    disk.empty()
    assert disk.survey.call("status").status == 0


def test_decision_is_kept_if_only_the_manifest_fails(disk: SurveyDisk) -> None:
    part = disk.database.with_name(f".{disk.database.name}.manifest.json.part")
    part.mkdir()
    ended = disk.survey.call("decide", IDS[1], "reject", "--reason", "other")
    assert ended.status == 0
    assert "Everything was recorded" in ended.err
    part.rmdir()
    with disk.open_store() as store:
        assert store.decisions.count() == 2


@pytest.mark.parametrize("left", [8_192, 16_384, 65_536, 262_144])
def test_disk_that_is_full_after_the_commit_says_what_is_true(disk: SurveyDisk, left: int) -> None:
    """The WAL takes a decision, and the file takes no checkpoint."""
    disk.fill(but=left)
    ended = disk.survey.call("decide", IDS[1], "reject", "--reason", "other")
    recorded = ended.status == 0
    assert ("Nothing was recorded" in ended.err) is not recorded
    disk.empty()
    with disk.open_store() as store:
        assert store.decisions.count() == 1 + recorded
        assert store.integrity.faults() == ()


def test_decision_of_which_only_the_checkpoint_fails_is_recorded(disk: SurveyDisk) -> None:
    done = _limited(disk, "decide", IDS[1], "reject", "--reason", "other")
    assert (done.returncode, done.stderr.count("\n")) == (0, 1), done.stderr
    assert "Everything was recorded, but only beside" in done.stderr
    assert "File too large" in done.stderr
    with disk.open_store() as store:
        assert store.decisions.count() == 2
        assert store.integrity.faults() == ()


def test_run_of_which_only_the_checkpoint_fails_is_done(disk: SurveyDisk) -> None:
    done = _limited(disk, "quarantine", "retry")
    assert "Nothing was recorded" not in done.stderr
    assert "Everything was recorded, but only beside" in done.stderr
    with disk.open_store() as store:
        [run] = store.runs.recent(5, "quarantine retry")
        assert run.status is RunStatus.DONE


def _limited(disk: SurveyDisk, *words: str) -> "subprocess.CompletedProcess[str]":
    """Call a command that can write 20 kB to each file."""
    script = (
        "import resource, signal, sys; from pipeline.cli.main import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "main(sys.argv[1:])"
    )
    return subprocess.run(
        [sys.executable, "-c", script, *words],
        cwd=disk.path,
        env={"PYTHONPATH": str(ROOT), **disk.survey.env()},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


def test_restore_on_a_full_disk_keeps_the_database(disk: SurveyDisk, tmp_path: Path) -> None:
    back_up(disk.database, tmp_path / "copy.duckdb", busy_timeout_seconds=60)
    disk.fill()
    ended = disk.survey.call("restore", str(tmp_path / "copy.duckdb"))
    assert ended.status == 1
    assert_one_sentence(ended.err)
    disk.empty()
    assert disk.survey.call("restore", str(tmp_path / "copy.duckdb")).status == 0


def test_read_only_disk_is_one_sentence(disk: SurveyDisk, tmp_path: Path) -> None:
    back_up(disk.database, tmp_path / "copy.duckdb", busy_timeout_seconds=60)
    words = [*commands(disk), ("init",), ("status",), ("restore", str(tmp_path / "copy.duckdb"))]
    disk.remount("ro")
    try:
        for each in words:
            ended = disk.survey.call(*each)
            assert ended.status == 1, (each, ended)
            assert_one_sentence(ended.err)
            assert "Read-only file system" in ended.err or each[0] == "bootstrap", ended.err
    finally:
        disk.remount("rw")
    assert disk.survey.call("status").status == 0
