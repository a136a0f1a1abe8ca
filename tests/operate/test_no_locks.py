"""Commands refuse a share whose locks exclude nobody, seen through a library without locks."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.cli import Survey

LIBRARY = """
int flock(int descriptor, int operation) { return 0; }
"""


@pytest.fixture(scope="module")
def without_locks(tmp_path_factory: pytest.TempPathFactory) -> str:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("needs a C compiler")
    folder = tmp_path_factory.mktemp("library")
    (folder / "nolocks.c").write_text(LIBRARY, encoding="utf-8")
    library = folder / "nolocks.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", str(library), str(folder / "nolocks.c")], check=True
    )
    return str(library)


@pytest.mark.parametrize(
    "words", [("init",), ("status",), ("decide", "2603.00001", "reject", "--reason", "other")]
)
def test_share_without_locks_is_refused_by_name(
    tmp_path: Path, without_locks: str, words: tuple[str, ...]
) -> None:
    survey = Survey(tmp_path)
    if words != ("init",):
        assert survey.call("init").status == 0
    refused = survey.call(*words, LD_PRELOAD=without_locks)
    assert refused.status == 2
    assert refused.err.count("\n") == 1
    assert f"{tmp_path / 'var'} is on a file system without file locks" in refused.err
