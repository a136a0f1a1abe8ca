"""The demo's directory: an earlier demo is replaced, somebody's work is not."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import UsageError
from pipeline.demo.place import DATABASE, finish, prepare
from storage.store import store_opener
from tests.support.builders import make_decision, make_paper

WALK = datetime(2026, 3, 23, 8, tzinfo=UTC)
LATER = WALK + timedelta(days=200)
SETTINGS = '[survey]\ntitle = "A demo"\n'
MARKER = ".living-survey-demo"


def made(directory: Path, *, finished: bool = True) -> Path:
    """Return the directory as the walk leaves it: two papers, a decision, a digest, a model."""
    prepare(directory, SETTINGS, until=WALK, replace=False)
    with store_opener(directory / DATABASE)() as store:
        store.papers.upsert([make_paper("2603.00001"), make_paper("2603.00002")], seen_at=WALK)
        store.decisions.add([make_decision(decided_at=WALK)])
    for name in ("var/digests/2026-W12.md", "var/models/current", "var/limiter-8799.json"):
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_text("by a command")
    if finished:
        finish(directory)
    return directory


def again(directory: Path, *, replace: bool = False) -> None:
    prepare(directory, SETTINGS, until=WALK, replace=replace)


@pytest.mark.parametrize("finished", [True, False])
def test_an_untouched_demo_is_replaced(tmp_path: Path, *, finished: bool) -> None:
    demo = made(tmp_path / "demo", finished=finished)
    again(demo)
    assert not (demo / DATABASE).exists()
    assert json.loads((demo / MARKER).read_text())["decisions"] is None


def test_files_of_commands_may_change(tmp_path: Path) -> None:
    demo = made(tmp_path / "demo")
    for name in ("var/models/new.npz", "var/survey.duckdb.jobs.json", "var/limiter-8799.json"):
        (demo / name).write_text("later, by a command")
    again(demo)


def decide(demo: Path) -> None:
    with store_opener(demo / DATABASE)() as store:
        store.decisions.add([make_decision("2603.00002", decided_at=LATER)])


def undo(demo: Path) -> None:
    with store_opener(demo / DATABASE)() as store:
        store.decisions.undo(reviewer="ada", undone_at=LATER)


def damage(demo: Path) -> None:
    (demo / DATABASE).write_bytes(b"damaged" * 1000)


@pytest.mark.parametrize("finished", [True, False])
@pytest.mark.parametrize("work", [decide, undo, damage])
def test_a_demo_with_later_decisions_is_refused(
    tmp_path: Path, work: Callable[[Path], None], *, finished: bool
) -> None:
    demo = made(tmp_path / "demo", finished=finished)
    work(demo)
    with pytest.raises(UsageError, match="decisions were recorded or undone") as refused:
        again(demo)
    assert "`--replace`" in refused.value.hint
    assert (demo / DATABASE).exists()
    again(demo, replace=True)
    assert not (demo / DATABASE).exists()


@pytest.mark.parametrize(
    "name",
    [
        "var/digests/2026-W12.md",
        "living-survey.toml",
        "list.md",
        "notes.txt",
        "var/notes.txt",
        "var/survey.duckdb.replaced-2026",
        "backups/survey.duckdb",
    ],
)
def test_a_demo_with_edited_or_new_files_is_refused(tmp_path: Path, name: str) -> None:
    demo = made(tmp_path / "demo")
    (demo / name).parent.mkdir(exist_ok=True)
    (demo / name).write_text("by a person")
    with pytest.raises(UsageError, match=f"added, edited or deleted since: {name}"):
        again(demo)
    assert (demo / name).read_text() == "by a person"


def test_a_link_in_a_demo_is_refused(tmp_path: Path) -> None:
    demo = made(tmp_path / "demo")
    (tmp_path / "thesis").mkdir()
    (demo / "thesis").symlink_to(tmp_path / "thesis")
    with pytest.raises(UsageError, match="since: thesis"):
        again(demo)


@pytest.mark.parametrize("marker", ["Made by `living-survey demo`, which may delete it.\n", "[]"])
def test_a_demo_of_another_version_is_refused(tmp_path: Path, marker: str) -> None:
    demo = made(tmp_path / "demo")
    (demo / MARKER).write_text(marker)
    with pytest.raises(UsageError, match="of another version"):
        again(demo)
    again(demo, replace=True)


@pytest.mark.parametrize("replace", [True, False])
def test_what_no_demo_made_is_always_refused(tmp_path: Path, *, replace: bool) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    for directory in (tmp_path, tmp_path / "thesis.txt"):
        with pytest.raises(UsageError, match="was not created by a demo"):
            again(directory, replace=replace)
    assert (tmp_path / "thesis.txt").read_text() == "mine"
