import os
from pathlib import Path

import pytest

from config.errors import UsageError
from pipeline.curated.files import list_files


def test_directory_gives_its_markdown_files_with_the_readme_first(tmp_path: Path) -> None:
    for name in ("b.md", "README.md", "deep/a.markdown", ".git/x.md", "LICENSE.md", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")

    found = [path.relative_to(tmp_path).as_posix() for path in list_files([tmp_path])]

    assert found == ["README.md", "b.md", "deep/a.markdown"]


def test_link_to_a_directory_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("text")
    (tmp_path / "round").symlink_to(tmp_path)

    assert list_files([tmp_path]) == (tmp_path / "a.md",)


@pytest.mark.slow
def test_directories_a_thousand_deep_are_read(tmp_path: Path) -> None:
    chain = [tmp_path / "d"]
    while len(chain) < 1_100:
        chain.append(chain[-1] / "d")
    for directory in chain:
        directory.mkdir()
    (chain[-1] / "list.md").write_text("text")

    try:
        assert list_files([tmp_path]) == (chain[-1] / "list.md",)
    finally:  # because removing a tree takes a call for each level
        (chain[-1] / "list.md").unlink()
        for directory in reversed(chain):
            directory.rmdir()


def test_directory_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "a.md").write_text("text")
    scan = os.scandir

    def refuse(path: Path) -> object:  # because the superuser may read everything
        if path.name == "kept":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr("pipeline.curated.files.os.scandir", refuse)

    with pytest.raises(UsageError, match=r"kept cannot be read: permission denied") as caught:
        list_files([tmp_path])
    assert "name the files of the list one by one" in caught.value.hint
