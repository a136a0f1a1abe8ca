"""Files are replaced completely or not at all."""

import errno
import multiprocessing
import os
from pathlib import Path

import pytest

from config.files import put_in_place, put_new

_SIZE = 1_000_000


def _write_often(path: Path, byte: bytes) -> None:
    for _ in range(20):
        put_in_place(path, byte * _SIZE)


def test_directory_is_created_and_content_replaced(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file.json"
    put_in_place(path, b"old")
    put_in_place(path, b"new")
    assert path.read_bytes() == b"new"
    assert [each.name for each in path.parent.iterdir()] == ["file.json"]


def test_failed_write_keeps_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "taken"
    path.mkdir()
    (path / "kept").write_bytes(b"kept")
    with pytest.raises(OSError, match="taken"):
        put_in_place(path, b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["taken"]
    assert (path / "kept").read_bytes() == b"kept"


def test_reader_sees_complete_content_while_two_write(tmp_path: Path) -> None:
    path = tmp_path / "file"
    put_in_place(path, b"a" * _SIZE)
    start = multiprocessing.get_context("spawn").Process
    writers = [start(target=_write_often, args=(path, byte)) for byte in (b"a", b"b")]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        seen = path.read_bytes()
        assert seen in {b"a" * _SIZE, b"b" * _SIZE}
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_new_file_is_created_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "deep" / "file"
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", _disk_full)
        with pytest.raises(OSError, match=r"No space left on device: .*/deep/file'"):
            put_new(path, b"cut")
        with pytest.raises(OSError, match=r"No space left on device: .*/deep/file'"):
            put_in_place(path, b"cut")
    assert list(path.parent.iterdir()) == []
    put_new(path, b"whole")
    with pytest.raises(FileExistsError):
        put_new(path, b"other")
    assert path.read_bytes() == b"whole"


def test_new_file_needs_no_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", _no_links)
    put_new(tmp_path / "file", b"whole")
    with pytest.raises(FileExistsError):
        put_new(tmp_path / "file", b"other")
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("file", b"whole")]


def _disk_full(_descriptor: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def _no_links(*_: object) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")
