"""The classifier's benchmarks run and print every row, with and without the development data."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.test_bench import quick_rows

ROOT = Path(__file__).resolve().parents[2]
#: words of the rows by benchmark
ROWS = {
    "transform": ["the same bits"],
    "train": ["cpu-s", "peak memory", "model file"],
    "score": ["in columns", "as objects"],
    "explain": ["reasons for a page"],
    "follow": ["papers after a decision"],
    "first": ["after a decision"],
    "classify": ["stored papers", "peak memory", "nothing is new"],
}


@pytest.fixture(scope="module")
def printed() -> dict[str, list[str]]:
    return quick_rows(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_a_quick_benchmark_prints_all_its_rows(name: str, printed: dict[str, list[str]]) -> None:
    for line, words in zip(printed[name], ROWS[name], strict=True):
        assert words in line
        assert "MISSED" not in line


def test_a_model_is_trained_without_the_development_data(tmp_path: Path) -> None:
    script = (
        "import pathlib, benchmarks.classifier_data as data\n"
        f"data.DATA = pathlib.Path({str(tmp_path / 'none')!r})\n"
        "import benchmarks.records as records\n"
        f"records._STREAM = pathlib.Path({str(tmp_path / 'none')!r})\n"
        "import benchmarks.classifier_speed as speed\n"
        "speed.main()\n"
    )
    words = [sys.executable, "-c", script, str(tmp_path / "models"), "80", "40"]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert Path(ended.stdout.strip()).exists()
