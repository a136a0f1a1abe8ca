"""A file stands whole or not at all."""

import multiprocessing
from pathlib import Path

import pytest

from config.files import put_in_place

_SIZE = 1_000_000


def _write_often(path: Path, byte: bytes) -> None:
    for _ in range(20):
        put_in_place(path, byte * _SIZE)


def test_a_directory_is_made_and_what_stood_there_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file.json"
    put_in_place(path, b"old")
    put_in_place(path, b"new")
    assert path.read_bytes() == b"new"
    assert [each.name for each in path.parent.iterdir()] == ["file.json"]


def test_what_cannot_be_put_leaves_what_stood_and_no_part(tmp_path: Path) -> None:
    path = tmp_path / "taken"
    path.mkdir()
    (path / "kept").write_bytes(b"kept")
    with pytest.raises(OSError, match="taken"):
        put_in_place(path, b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["taken"]
    assert (path / "kept").read_bytes() == b"kept"


def test_a_reader_sees_one_writer_whole_while_two_write(tmp_path: Path) -> None:
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
