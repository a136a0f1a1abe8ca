"""Files are replaced completely or not at all; only regular ones are read."""

import errno
import multiprocessing
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.files import (
    NotRegularError,
    append_line,
    is_own_directory,
    open_regular,
    put_in_place,
    put_new,
    read_regular,
    read_regular_text,
    replacing,
)

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


def _not_files(directory: Path) -> Iterator[Path]:
    os.mkfifo(directory / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(directory)  # because the path of a socket may have 107 bytes only
        try:
            listening.bind("socket")
        finally:
            os.chdir(here)
        yield from (directory / "pipe", directory / "socket", directory, Path("/dev/zero"))


@pytest.mark.timeout(60)
def test_what_is_not_a_file_is_refused_at_once(tmp_path: Path) -> None:
    for path in _not_files(tmp_path):
        for read in (open_regular, read_regular, read_regular_text):
            with pytest.raises(NotRegularError, match=r"^it is a .*, not a file$"):
                read(path)
        link = tmp_path / "link"
        link.symlink_to(path)
        with pytest.raises(NotRegularError):
            read_regular(link)
        link.unlink()


def test_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\xef\xbb\xbfa\r\nb")
    assert read_regular(path, most_bytes=7) == path.read_bytes()
    assert read_regular_text(path, encoding="utf-8-sig") == "a\nb"
    with pytest.raises(ValueError, match="more than 6 bytes"):
        read_regular(path, most_bytes=6)
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "none")


def test_own_directory_is_closed_to_others(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir(mode=0o777)
    own.chmod(0o777)
    assert is_own_directory(own)
    assert own.stat().st_mode & 0o777 == 0o700


def test_link_file_or_missing_directory_is_not_own(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "own")
    (tmp_path / "file").touch()
    for name in ("link", "file", "none"):
        assert not is_own_directory(tmp_path / name)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a directory away")
def test_directory_of_another_user_is_not_own(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir(mode=0o700)
    os.chown(foreign, 65534, 65534)
    assert not is_own_directory(foreign)
    assert foreign.stat().st_mode & 0o777 == 0o700


def test_line_is_appended_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log"
    append_line(path, "first")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", _disk_full)
        with pytest.raises(OSError, match="No space left"):
            append_line(path, "cut")
    append_line(path, "second")
    assert path.read_text() == "first\nsecond\n"


def test_new_file_has_its_mode_from_the_start(tmp_path: Path) -> None:
    path = tmp_path / "key"
    put_new(path, b"a", mode=0o600)
    assert path.stat().st_mode & 0o777 == 0o600
    put_in_place(path, b"b", mode=0o600)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"b", 0o600)
    assert [each.name for each in tmp_path.iterdir()] == ["key"]


@pytest.mark.parametrize("write", [put_in_place, put_new])
def test_parts_of_killed_writers_are_removed_after_a_day(
    tmp_path: Path, write: Callable[[Path, bytes], None]
) -> None:
    old, fresh = tmp_path / f".rulings.toml.{'0a' * 8}.part", tmp_path / f".x.{'1b' * 8}.part"
    others = [
        tmp_path / name
        for name in (
            "notes.part",
            ".notes.part",
            ".notes.0a0a.part",
            f"notes.{'0a' * 8}.part",
            f".notes.{'0A' * 8}.part",
            f".{'0a' * 8}.part",
            f".notes.{'0a' * 8}",
        )
    ]
    for path in (old, fresh, *others):
        path.write_bytes(b"")
    link = tmp_path / f".link.{'2c' * 8}.part"
    link.symlink_to("notes.part")
    for path in (old, *others):
        os.utime(path, (0, 0))
    os.utime(link, (0, 0), follow_symlinks=False)
    write(tmp_path / "new", b"content")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"new", fresh.name, link.name, *(path.name for path in others)}


def test_part_of_a_killed_writer_is_one_that_is_removed(tmp_path: Path) -> None:
    writer = multiprocessing.get_context("fork").Process(target=_die_writing, args=(tmp_path,))
    writer.start()
    writer.join(600)
    assert writer.exitcode == -signal.SIGKILL
    [part] = tmp_path.iterdir()
    os.utime(part, (0, 0))
    put_in_place(tmp_path / "file", b"content")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def _die_writing(folder: Path) -> None:
    with replacing(folder / "file") as part:
        part.write_bytes(b"half")
        os.kill(os.getpid(), signal.SIGKILL)
