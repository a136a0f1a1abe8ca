"""Every test has a path of its own, also after the files of earlier tests were removed."""

from pathlib import Path

import pytest

_given: list[Path] = []


@pytest.mark.xdist_group("test_temporary_paths")
@pytest.mark.parametrize("time", range(3))
def test_no_test_is_given_the_path_of_another(tmp_path: Path, time: int) -> None:
    earlier = [path for path in _given if path.exists() and any(path.iterdir())]
    assert tmp_path not in _given
    assert earlier == []  # files of a passed test go at once
    (tmp_path / "file").write_text("content")
    _given.append(tmp_path)
