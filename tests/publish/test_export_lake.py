"""`export --lake`: whole snapshots of the views, of which only what changed is written."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from storage.lake import ABOUT_PEOPLE
from tests.support.builders import make_decision, make_paper
from tests.support.cli import ROOT, SurveyInProcess, survey_in_process
from tests.support.storage import database, lines_of, opener, start_process

SEEN = datetime(2026, 3, 17, tzinfo=UTC)
# Writes snapshots until it is killed, and prints each step of the file system.
WRITER = """
    import os, sys
    from datetime import UTC, datetime
    from pathlib import Path
    from pipeline.publish.lake import snapshot
    from pipeline.runtime.record import SilentProgress
    from storage.lake import copied_lake
    linked = []
    def step(event, arguments):
        if event == "os.link":
            linked.append(event)
        if len(linked) == 3 or event in {"os.rename", "os.symlink", "shutil.rmtree"}:
            linked.append(event)
            print(event, flush=True)
            sys.stdin.readline()
    directory = Path(sys.argv[2])
    with snapshot.writing_lake(directory), copied_lake(
        Path(sys.argv[1]), busy_timeout_seconds=60
    ) as lake:
        sys.addaudithook(step)
        snapshot.write_snapshot(
            lake, directory, about_people=False, now=datetime(2026, 4, 1, tzinfo=UTC),
            version="1", progress=SilentProgress(),
        )
    print("end", flush=True)
"""


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    """Papers of two months, two of them decided."""
    (tmp_path / "living-survey.toml").write_text('[database]\npath = "survey.duckdb"\n')
    with opener(tmp_path)() as store:
        store.papers.upsert(
            [
                make_paper("2602.00001", submitted_at=datetime(2026, 2, 3, tzinfo=UTC)),
                make_paper("2603.00001", submitted_at=datetime(2026, 3, 3, tzinfo=UTC)),
                make_paper("2603.00002", submitted_at=datetime(2026, 3, 4, tzinfo=UTC)),
            ],
            seen_at=SEEN,
        )
        store.decisions.add([make_decision("2602.00001"), make_decision("2603.00001")])
    return survey_in_process(tmp_path, url="http://127.0.0.1:9", now="2026-03-30T00:00:00Z")


def _export(survey: SurveyInProcess, lake: Path, *more: str) -> dict[str, object]:
    ended = survey.call("export", "--lake", str(lake), *more, "--json")
    assert ended.status == 0, ended.err
    report: dict[str, object] = json.loads(ended.out)
    return report


def _titles(lake: Path) -> list[tuple[str, str]]:
    """Read as the guide says: resolve the link once."""
    files = (lake / "current").resolve() / "papers" / "*" / "*.parquet"
    with duckdb.connect() as duck:
        return duck.execute(
            f"SELECT arxiv_id, title FROM read_parquet('{files}', hive_partitioning = true)"
            " ORDER BY arxiv_id"
        ).fetchall()


def _change(folder: Path, title: str) -> None:
    with opener(folder)() as store:
        changed = make_paper(
            "2603.00002", title=title, submitted_at=datetime(2026, 3, 4, tzinfo=UTC), version=2
        )
        store.papers.upsert([changed], seen_at=SEEN)


def test_all_views_are_written_with_the_rows_of_the_database(
    survey: SurveyInProcess, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    report = _export(survey, lake)
    current = (lake / "current").resolve()
    written = {path.name for path in current.iterdir()} - {"manifest.json"}
    with duckdb.connect(str(database(tmp_path)), read_only=True) as duck:
        views = [
            name
            for (name,) in duck.execute(
                "SELECT view_name FROM duckdb_views() WHERE NOT internal"
            ).fetchall()
        ]
        rows = {
            name: duck.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0] for name in views
        }
        held = duck.execute("SELECT * FROM papers ORDER BY arxiv_id").fetchall()
        names = [column[0] for column in duck.description or ()]
    assert written == set(views) - ABOUT_PEOPLE
    assert report["rows"] == {name: rows[name] for name in sorted(written)}
    assert rows["papers"] == 3
    with duckdb.connect() as duck:
        read = duck.execute(
            f"SELECT {', '.join(names)} FROM read_parquet('{current}/papers/*/*.parquet')"
            " ORDER BY arxiv_id"
        ).fetchall()
    assert read == held
    months = sorted(path.parent.name for path in current.glob("papers/*/*.parquet"))
    assert months == ["month=2026-02", "month=2026-03"]


@pytest.fixture(scope="module")
def pandas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install pandas into a directory of its own: DuckDB imports it wherever it can."""
    directory = tmp_path_factory.mktemp("pandas")
    words = [
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "--target",
        str(directory),
        "--requirement",
    ]
    lock = Path(__file__).with_name("pandas.lock")
    ended = subprocess.run(
        [sys.executable, "-m", "pip", "install", *words, str(lock)],
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode and "No matching distribution" in ended.stderr:
        pytest.skip("the package registry cannot be reached")
    assert ended.returncode == 0, ended.stderr
    return directory


def test_example_for_pandas_reads_a_view(
    survey: SurveyInProcess, tmp_path: Path, pandas: Path
) -> None:
    lake = tmp_path / "lake"
    _export(survey, lake)
    [example] = [block for block in _examples() if "import pandas" in block]
    example = example.replace("/srv/lake", str(lake))
    said = """
print(sorted(decisions["arxiv_id"]), set(decisions["month"].astype(str)))
"""
    ended = subprocess.run(
        [sys.executable, "-c", example + said],
        env={**os.environ, "PYTHONPATH": str(pandas)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout == "['2602.00001', '2603.00001'] {'2026-03'}\n"


def test_example_for_duckdb_reads_a_view(survey: SurveyInProcess, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    _export(survey, lake)
    [example] = [block for block in _examples() if "import duckdb" in block]
    ended = subprocess.run(
        [
            sys.executable,
            "-c",
            example.replace("/srv/lake", str(lake))
            .replace("duckdb.sql(", "print(duckdb.sql(")
            .rstrip()
            + ".order('month').fetchall())",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout == "[('2026-02', 1), ('2026-03', 2)]\n"


def _examples() -> list[str]:
    guide = (ROOT / "docs" / "guides" / "export.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", guide, re.DOTALL)


def test_only_changed_parts_are_written_again(survey: SurveyInProcess, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    first = _export(survey, lake)
    assert first["files_written"] == first["files"]
    old = (lake / "current").resolve()
    again = _export(survey, lake)
    assert (again["unchanged"], again["snapshot"]) == (True, 1)
    _change(tmp_path, "A New Title")
    second = _export(survey, lake)
    new = (lake / "current").resolve()
    changed = {
        str(path.relative_to(new))
        for path in new.rglob("*.parquet")
        if not (old / path.relative_to(new)).exists()
        or not path.samefile(old / path.relative_to(new))
    }
    assert second["files_written"] == len(changed)
    assert "papers/month=2026-03/part.parquet" in changed
    assert "papers/month=2026-02/part.parquet" not in changed
    assert _titles(lake)[2] == ("2603.00002", "A New Title")


def test_a_reader_of_the_snapshot_before_finds_it_whole(
    survey: SurveyInProcess, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    _export(survey, lake)
    old = (lake / "current").resolve()
    before = {path: path.read_bytes() for path in old.rglob("*.parquet")}
    _change(tmp_path, "A New Title")
    _export(survey, lake)
    assert {path: path.read_bytes() for path in before} == before
    _change(tmp_path, "Another Title")
    _export(survey, lake)
    assert sorted(path.name for path in (lake / "snapshots").iterdir()) == ["000002", "000003"]


def test_a_part_that_was_lost_is_written_again(survey: SurveyInProcess, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    _export(survey, lake)
    lost = (lake / "current").resolve() / "papers" / "month=2026-02" / "part.parquet"
    whole = lost.read_bytes()
    lost.write_bytes(whole[:-1])
    assert _export(survey, lake)["files_written"] == 1
    assert (lake / "current" / "papers" / "month=2026-02" / "part.parquet").read_bytes() == whole


def test_manifest_tells_what_the_files_hold(survey: SurveyInProcess, tmp_path: Path) -> None:
    _export(survey, tmp_path / "lake")
    current = tmp_path / "lake" / "current"
    manifest = json.loads((current / "manifest.json").read_bytes())
    told = {file["path"]: (file["rows"], file["bytes"]) for file in manifest["files"]}
    found = {
        str(path.relative_to(current)): (pq.read_metadata(path).num_rows, path.stat().st_size)
        for path in current.glob("*/**/part.parquet")
    }
    assert told == found


def test_views_about_people_are_left_out_unless_asked_for(
    survey: SurveyInProcess, tmp_path: Path
) -> None:
    rows = _export(survey, tmp_path / "lake")["rows"]
    assert isinstance(rows, dict)
    assert not ABOUT_PEOPLE & set(rows)
    rows = _export(survey, tmp_path / "lake", "--about-people")["rows"]
    assert isinstance(rows, dict)
    assert set(rows) >= ABOUT_PEOPLE


def test_views_that_name_subscribers_suggesters_or_accounts_are_about_people(
    survey: SurveyInProcess, tmp_path: Path
) -> None:
    assert survey.directory == tmp_path
    with duckdb.connect(str(database(tmp_path)), read_only=True) as duck:
        found = duck.execute(
            "SELECT DISTINCT table_name FROM duckdb_columns() JOIN duckdb_views()"
            " ON table_name = view_name WHERE column_name IN ('address', 'address_key', 'account',"
            " 'role', 'subscriber_id', 'suggestion_id', 'token_id')"
        ).fetchall()
    assert {name for (name,) in found} <= ABOUT_PEOPLE
    assert len(found) > 5


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--format", "csv"), "nothing can be chosen"),
        (("2603.00001",), "nothing can be chosen"),
        (("--without-withdrawn",), "nothing can be chosen"),
    ],
)
def test_nothing_can_be_chosen_beside_it(
    survey: SurveyInProcess, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    ended = survey.call("export", "--lake", str(tmp_path / "lake"), *arguments)
    assert ended.status == 2
    assert says in ended.err
    assert not (tmp_path / "lake").exists()


def test_about_people_belongs_to_the_lake(survey: SurveyInProcess) -> None:
    ended = survey.call("export", "--format", "csv", "--about-people")
    assert (ended.status, ended.out) == (2, "")


def test_a_directory_with_other_files_is_left_alone(
    survey: SurveyInProcess, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    (lake / "thesis.tex").write_text("mine")
    ended = survey.call("export", "--lake", str(lake))
    assert ended.status == 2
    assert "thesis.tex" in ended.err
    assert [path.name for path in lake.iterdir()] == ["thesis.tex"]


def _broken(manifest: Path) -> None:
    manifest.write_text("{")


def _pipe(manifest: Path) -> None:
    manifest.unlink()
    os.mkfifo(manifest)


def _elsewhere(manifest: Path) -> None:
    """Name a file of somebody else in the place of one of ours."""
    document = json.loads(manifest.read_bytes())
    secret = manifest.parents[2] / "secret"
    file = document["files"][0]
    secret.write_bytes(b"x" * file["bytes"])
    file["path"] = "../../secret"
    manifest.write_text(json.dumps(document))


@pytest.mark.parametrize("damage", [_broken, _pipe, _elsewhere])
def test_a_damaged_manifest_is_named(
    survey: SurveyInProcess, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    lake = tmp_path / "lake"
    _export(survey, lake)
    damage(lake / "current" / "manifest.json")
    ended = survey.call("export", "--lake", str(lake))
    assert ended.status == 1
    assert "manifest.json" in ended.err
    assert "Traceback" not in ended.err


def test_a_second_export_at_once_is_refused(survey: SurveyInProcess, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    _export(survey, lake)
    _change(tmp_path, "A New Title")
    with start_process(WRITER, str(database(tmp_path)), str(lake)) as process:
        next(_steps(process))
        ended = survey.call("export", "--lake", str(lake))
        process.kill()
    assert ended.status == 75
    assert "Another export" in ended.err


def test_a_kill_at_any_step_leaves_a_whole_snapshot(
    survey: SurveyInProcess, tmp_path: Path
) -> None:
    lake, new = tmp_path / "lake", "A New Title"
    seen: list[bool] = []
    _export(survey, lake)
    shutil.copytree(lake, tmp_path / "first", symlinks=True)
    _change(tmp_path, new)
    ended = False
    while not ended:
        shutil.rmtree(lake)
        shutil.copytree(tmp_path / "first", lake, symlinks=True)
        with start_process(WRITER, str(database(tmp_path)), str(lake)) as process:
            steps = _steps(process)
            ended = [next(steps) for _ in range(len(seen) + 1)][-1] == "end"
            process.kill()
        manifest = json.loads((lake / "current" / "manifest.json").read_bytes())
        assert manifest["rows"]["papers"] == 3
        for file in manifest["files"]:
            assert (lake / "current" / file["path"]).stat().st_size == file["bytes"]
        seen.append(_titles(lake)[2][1] == new)
        report = _export(survey, lake)
        assert report["unchanged"] is seen[-1]
        assert _titles(lake)[2][1] == new
    assert seen == sorted(seen)
    assert not seen[0]
    assert seen[-1]
    assert len(seen) > 4


def _steps(process: "subprocess.Popen[str]") -> Iterator[str]:
    """Yield each step before it is done; asking for the next lets it happen."""
    assert process.stdin is not None
    for line in lines_of(process):
        yield line.strip()
        process.stdin.write("\n")
        process.stdin.flush()
