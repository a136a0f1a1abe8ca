"""The key of sessions: made once and whole, private, and never in the way of the next start."""

import errno
import os
import threading
from pathlib import Path

import pytest

from config.errors import ConfigError, NotWrittenError
from pipeline.review.web.key_file import session_secret

NAME = "survey.duckdb.review-key"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "survey.duckdb"


def test_the_key_is_made_once_and_private(database: Path) -> None:
    first = session_secret(database)
    assert session_secret(database) == first
    assert len(first) == 32
    [path] = database.parent.iterdir()
    assert path.name == NAME
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("torn", [b"", b"x" * 31, bytes(32), bytes(10)])
def test_a_key_written_in_part_is_replaced(database: Path, torn: bytes) -> None:
    path = database.with_name(NAME)
    path.write_bytes(torn)
    path.chmod(0o600)
    key = session_secret(database)
    assert key not in {torn, bytes(32)}
    assert session_secret(database) == key
    assert [each.name for each in database.parent.iterdir()] == [NAME]


def test_a_full_disk_leaves_nothing_behind(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(NotWrittenError, match="No space left") as refused:
            session_secret(database)
    assert "Free space" in refused.value.hint
    assert refused.value.exit_status == 1
    assert list(database.parent.iterdir()) == []
    assert len(session_secret(database)) == 32


def test_a_part_of_a_killed_process_is_no_obstacle(database: Path) -> None:
    database.with_name(f".{NAME}.0123.part").write_bytes(b"x")
    assert len(session_secret(database)) == 32


def test_servers_that_start_together_use_one_key(database: Path) -> None:
    found: list[bytes] = []
    starts = [
        threading.Thread(target=lambda: found.append(session_secret(database))) for _ in range(8)
    ]
    for start in starts:
        start.start()
    for start in starts:
        start.join(600)
    assert len(found) == 8
    assert set(found) == {session_secret(database)}


def test_a_file_system_without_links_gets_a_key(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", no_links)
    assert session_secret(database) == session_secret(database)


def test_what_is_no_key_is_refused_with_remedy(database: Path, tmp_path: Path) -> None:
    path = database.with_name(NAME)
    path.write_bytes(b"x" * 33)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="does not contain a key") as refused:
        session_secret(database)
    assert refused.value.hint.startswith("Delete it.")
    path.unlink()
    path.mkdir(mode=0o700)
    with pytest.raises(ConfigError):
        session_secret(database)
    path.rmdir()
    os.mkfifo(path, 0o600)
    with pytest.raises(ConfigError, match="is not a file"):
        session_secret(database)
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError):
        session_secret(database)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_can_read_is_refused(database: Path, mode: int) -> None:
    session_secret(database)
    database.with_name(NAME).chmod(mode)
    with pytest.raises(ConfigError, match="other users") as refused:
        session_secret(database)
    assert refused.value.hint.startswith("Delete it.")
