"""Exported rows give the same model in another process and database, and faults are named."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from config.taxonomy import Taxonomy
from pipeline.learn.examples import TrainingSet, load_training_set
from pipeline.learn.rows import RowsError, TrainingRows, read_rows, write_rows
from storage.types import LIST_REVIEWER
from tests.support.learning import DAY, START, call, decide, decisions, settle, small_taxonomy_file


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each model's files."""
    models = folder / "var" / "models"
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in models.iterdir()
        if path.suffix in {".npz", ".json"}
    }


def test_rows_give_the_same_model_elsewhere(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    open_store = settle(here)
    rows = tmp_path / "rows.jsonl.gz"
    trained = call(here, "train", "--export-rows", str(rows), now=START + 90 * DAY)
    assert trained.exit_code == 0, trained.output
    # What is decided later is not in the file.
    decide(open_store, decisions(4, start=900), first=START + 91 * DAY)

    settle(there, decided=12, listed=3)  # another database, with other decisions
    (there / "living-survey.toml").write_text(
        f"[survey]\ntaxonomy = {str(small_taxonomy_file(there))!r}\n"
        '[classifier]\nmodels = "var/models"\nseed = 7\n',
        encoding="utf-8",
    )
    environment = {
        **{name: value for name, value in os.environ.items() if "LIVING_SURVEY" not in name},
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    ended = subprocess.run(
        [sys.executable, "-m", "pipeline", "train", "--rows", str(rows)],
        cwd=there,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert digests(there) == digests(here)
    assert len(digests(there)) == 2


def test_same_rows_are_the_same_bytes(tmp_path: Path, taxonomy: Taxonomy) -> None:
    examples = load_training_set(settle(tmp_path), taxonomy, background=100)
    rows = TrainingRows(examples, START, 3)
    for name in ("rows.jsonl", "rows.jsonl.gz"):
        path = tmp_path / name
        write_rows(path, rows, taxonomy)
        first = path.read_bytes()
        read = read_rows(path, taxonomy)
        assert (read.trained_at, read.seed) == (START, 3)
        assert set(read.examples.decided) == set(examples.decided)
        assert set(read.examples.background) == set(examples.background)
        write_rows(path, read, taxonomy)
        assert path.read_bytes() == first
    assert gzip.decompress(first) == (tmp_path / "rows.jsonl").read_bytes()


def test_representations_are_kept_with_the_rows(tmp_path: Path, taxonomy: Taxonomy) -> None:
    path = tmp_path / "rows.jsonl"
    write_rows(path, TrainingRows(TrainingSet((), ()), START, 0), taxonomy)
    assert "representations" not in path.read_text("utf-8")
    names = ("tfidf", "signs")
    write_rows(path, TrainingRows(TrainingSet((), ()), START, 0, names), taxonomy)
    assert read_rows(path, taxonomy).representations == names
    path.write_text(path.read_text("utf-8").replace("tfidf", "other"), "utf-8")
    with pytest.raises(RowsError, match="Line 1 of"):
        read_rows(path, taxonomy)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"{}\n", "Line 1 of"),
        (b"\xff\xfe\n", "Line 1 of"),
        (b'{"format": 3, "trained_at": "2026-01-05T12:00:00Z", "seed": 0, "taxonomy": "x"}\n',
         "has format 3, and this version reads the formats 1 and 2.*[Uu]pdate Living Survey"),
        (b'{"format": 3, "words": 9}\n', "has format 3, "),
        (b'{"format": 0, "seed": 0}\n', "Line 1 of"),
        (b'{"format": true}\n', "Line 1 of"),
        (b"[3]\n", "Line 1 of"),
        (b'{"format": 1, "trained_at": "2026-01-05T12:00:00Z", "seed": 0, "taxonomy": "x"}\n',
         "of another taxonomy"),
    ],
)  # fmt: skip
def test_other_files_are_refused_with_their_line(
    tmp_path: Path, taxonomy: Taxonomy, content: bytes, said: str
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    with pytest.raises(RowsError, match=said):
        read_rows(path, taxonomy)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"in_scope": True, "approved": True, "decided_at": None}, "without date or verdict"),
        ({"in_scope": None, "known_at": None}, "an undecided paper without a date"),
        ({"title": 3}, "title: Input should be a valid string"),
        ({"more": 1}, "more: Extra inputs are not permitted"),
        ({"known_at": "2026-01-05T12:00:00"}, "known_at: Input should have timezone info"),
    ],
)
def test_damaged_row_is_named(
    tmp_path: Path, taxonomy: Taxonomy, change: dict[str, object], said: str
) -> None:
    examples = load_training_set(settle(tmp_path, decided=4), taxonomy, background=0)
    path = tmp_path / "rows.jsonl"
    write_rows(path, TrainingRows(examples, START, 0), taxonomy)
    head, first, *others = path.read_text().splitlines()
    damaged = json.dumps({**json.loads(first), **change})
    path.write_text("\n".join([head, damaged, *others]))
    with pytest.raises(RowsError, match=rf"Line \d+ of .*: .*{said}"):
        read_rows(path, taxonomy)


def test_endless_line_is_not_read_whole(tmp_path: Path, taxonomy: Taxonomy) -> None:
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(b" " * 64_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(RowsError, match=r"Line 1 .* more than 4,194,304 bytes"):
            read_rows(path, taxonomy)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 20_000_000


def test_cut_archive_is_refused(tmp_path: Path, taxonomy: Taxonomy) -> None:
    examples = load_training_set(settle(tmp_path, decided=4), taxonomy, background=0)
    path = tmp_path / "rows.jsonl.gz"
    write_rows(path, TrainingRows(examples, START, 0), taxonomy)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(RowsError, match="cannot be read"):
        read_rows(path, taxonomy)
    with pytest.raises(RowsError, match="cannot be written"):
        write_rows(path / "rows.jsonl", TrainingRows(examples, START, 0), taxonomy)


def test_papers_drawn_at_random_are_rows_and_are_learned(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    open_store = settle(here)
    rows = here / "rows.jsonl"
    plain = call(here, "train", "--force", "--export-rows", str(rows), now=START + 90 * DAY)
    assert "random paper" not in plain.output
    assert "drawn_from" not in rows.read_text("utf-8")
    assert json.loads(rows.read_text("utf-8").splitlines()[0])["format"] == 1
    with open_store() as store:
        mine = [one for one in store.decisions.decided() if one.reviewer != LIST_REVIEWER]
        store.audit.draw(*mine[:30])
        drawn_from = store.audit.drawn_from()
    assert len(drawn_from) == 30
    trained = call(here, "train", "--force", "--export-rows", str(rows), now=START + 91 * DAY)
    assert "of the undecided are in scope, by 30 random papers" in trained.output
    head, *found = [json.loads(line) for line in rows.read_text("utf-8").splitlines()]
    assert head["format"] == 2
    assert {one["key"]: one["drawn_from"] for one in found if "drawn_from" in one} == drawn_from

    settle(there, decided=12, listed=3)
    again = call(there, "train", "--force", "--rows", str(rows), now=START + 95 * DAY)
    assert again.exit_code == 0, again.output
    made = digests(there).items()
    assert len(made) == 2
    assert made <= digests(here).items()
