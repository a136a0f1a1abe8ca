"""kill -9 at any moment, then one clean execution: the database is that of an undisturbed one.

A handful of kills by default; `make stress` spreads 200 over the commands (LIVING_SURVEY_KILLS),
with LIVING_SURVEY_KILL_SEED choosing the moments. A requested wait survives too.
"""

import json
import os
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import pytest

from pipeline.demo.replica.faults import Fault, Kind
from pipeline.demo.replica.records import load_records
from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest.sources.transport.archive import Archive
from tests.support.cli import Survey, survey_at
from tests.support.kill import (
    BATCH,
    DATABASE,
    contents,
    copied,
    kill_while_cooling,
    measure,
    run_and_kill,
)

KILLS = int(os.environ.get("LIVING_SURVEY_KILLS", "10"))
SEED = os.environ.get("LIVING_SURVEY_KILL_SEED", "1")
#: the commands, and which of them one worker runs, because these are the longest tests
GROUPS = {
    "bootstrap": "fetching",
    "backfill": "fetching",
    "run": "fetching",
    "import": "import",
    "classify": "classify",
}
#: kills in a row before the clean execution
IN_A_ROW = 5
EARLIER, NOW = "2026-03-18T14:00:00+00:00", "2026-03-20T14:00:00+00:00"
#: several batches of `import` and `classify`, and with many kills more time for them
SNAPSHOT_RECORDS = (33 if KILLS > 100 else 4) * BATCH

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


@dataclass(frozen=True)
class Scene:
    """A survey before a command, and the command."""

    before: Survey
    words: tuple[str, ...]


@pytest.fixture(scope="module")
def arxiv() -> Iterator[ReplicaServer]:
    sample = Path(str(files("pipeline") / "demo" / "sample"))
    records = load_records([sample / "papers.jsonl", sample / "listed.jsonl"])
    with ReplicaServer(records, today=datetime.fromisoformat(NOW).date(), page_size=7) as server:
        yield server


@pytest.fixture(scope="module")
def empty(arxiv: ReplicaServer, tmp_path_factory: pytest.TempPathFactory) -> Survey:
    """Return a new survey with a list and a file of decisions."""
    survey = survey_at(tmp_path_factory.mktemp("surveys") / "empty", url=arxiv.url, now=EARLIER)
    survey.directory.mkdir()
    sample = Path(str(files("pipeline") / "demo" / "sample"))
    for name in ("list.md", "decisions-w11.jsonl"):
        shutil.copy(sample / name, survey.directory / name)
    _done(survey, "init", "--list", "list.md")
    return survey


@pytest.fixture(scope="module")
def lived(empty: Survey) -> Survey:
    """Return a survey with decisions, on a day when more is announced."""
    survey = copied(empty, empty.directory.with_name("lived"))
    _done(survey, "bootstrap")
    _done(survey, "backfill", "--from", "2026-03-02", "--until", "2026-03-15")
    # some of them are about papers of later weeks: those are refused, the others are recorded
    assert "recorded 42 decisions" in survey.call("decide", "--from", "decisions-w11.jsonl").out
    return replace(survey, environment={**survey.environment, "LIVING_SURVEY_NOW": NOW})


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a snapshot file of several batches."""
    path = tmp_path_factory.mktemp("snapshot") / "snapshot.json"
    _write_snapshot(path)
    return path


@pytest.fixture
def scene(request: pytest.FixtureRequest, command: str) -> Scene:
    """Return the survey before a command."""
    ask = request.getfixturevalue
    if command == "bootstrap":
        return Scene(ask("empty"), ("bootstrap",))
    lived: Survey = ask("lived")
    if command == "backfill":
        days = ("--from", "2026-02-23", "--until", "2026-03-19")
        return Scene(lived, ("backfill", *days, "--again"))
    if command == "run":
        return Scene(lived, ("run",))
    snapshot = str(ask("snapshot"))
    if command == "import":
        return Scene(lived, ("import", snapshot))
    stocked = copied(lived, lived.directory.with_name("stocked"))
    _done(stocked, "import", snapshot)
    return Scene(stocked, ("classify",))


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(command, marks=pytest.mark.xdist_group(f"kill {group}"))
        for command, group in GROUPS.items()
    ],
)
def test_rerun_after_kill_matches_undisturbed_run(
    command: str, scene: Scene, arxiv: ReplicaServer, tmp_path: Path
) -> None:
    undisturbed = copied(scene.before, tmp_path / "undisturbed")
    extent = measure(undisturbed, scene.words, arxiv)
    expected = contents(undisturbed)
    kills: Counter[str] = Counter()
    late, wanted = 0, KILLS // len(GROUPS)
    while kills.total() < wanted and late <= 10 * wanted:
        survey = copied(scene.before, tmp_path / f"killed-{kills.total()}-{late}")
        for _ in range(min(IN_A_ROW, wanted - kills.total())):
            dice = random.Random(f"{SEED} {command} {kills.total()} {late}")
            how = run_and_kill(survey, scene.words, arxiv, extent, dice)
            if how is None:
                late += 1  # the command had ended by itself before that moment came
            else:
                kills[how] += 1
        _done(survey, *scene.words)
        found = contents(survey)
        for table, rows in expected.items():
            assert found[table] == rows, f"{table} after {kills.total()} kills of {command}"
        assert list(Archive(survey.directory / "var/archive").replay()) is not None
        assert not (survey.directory / f"{DATABASE}.wal").exists()
        shutil.rmtree(survey.directory)
    assert kills.total() == wanted
    print(f"\n{command}: {dict(kills)}, {late} too late, {extent}")  # noqa: T201  the count is the result


def test_requested_wait_survives_kill(tmp_path: Path) -> None:
    """A process killed during a cool-down leaves the rest of the wait to the next process."""
    today = datetime.fromisoformat(NOW).date()
    throttled = Fault(Kind.STATUS, status=429, retry_after="100")
    with ReplicaServer([], today=today, faults=[throttled]) as arxiv:
        survey = survey_at(tmp_path, url=arxiv.url, now=NOW)
        _done(survey, "init")
        [state] = kill_while_cooling(survey, ("run",), tmp_path)
        assert len(arxiv.requests) == 1
        soon = {"LIVING_SURVEY_ARXIV__RUN_DEADLINE_SECONDS": "5"}
        for words in (("run",), ("backfill", "--from", "2026-03-02", "--until", "2026-03-15")):
            ended = survey.call(*words, **soon)
            assert ended.status == 75, ended.err
            assert "asked us to wait" in ended.err
        assert len(arxiv.requests) == 1, "no request before the wait was over"
        state.unlink()
        survey.call("run", **soon)
        assert len(arxiv.requests) > 1, "the state file held requests back"


def _done(survey: Survey, *words: str) -> None:
    ended = survey.call(*words)
    assert ended.status == 0, ended.err


def _write_snapshot(path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for number in range(SNAPSHOT_RECORDS):
            row = {
                "id": f"2602.{number + 1:05d}",
                "submitter": "A. Example",
                "authors": "A. Example",
                "title": f"Paper {number}",
                "comments": None,
                "journal-ref": None,
                "doi": None,
                "report-no": None,
                "categories": "cs.CV cs.LG",
                "license": None,
                "abstract": "  We propose a thing.\n",
                "versions": [{"version": "v1", "created": "Mon, 16 Feb 2026 09:30:00 GMT"}],
                "update_date": "2026-02-17",
                "authors_parsed": [["Example", "A.", ""]],
            }
            file.write(json.dumps(row) + "\n")
