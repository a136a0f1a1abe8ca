import errno
import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from config import locks
from config.locks import LockHeldError, NoLocksError, file_lock


def test_second_lock_names_the_holder(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.lock"
    with (
        file_lock(path, holder="process 7"),
        pytest.raises(LockHeldError) as caught,
        file_lock(path, timeout_seconds=0, holder="process 8"),
    ):
        pass
    assert caught.value.holder == "process 7"
    with file_lock(path, timeout_seconds=0):
        pass


def test_waits_until_timeout_and_yields_the_rest(tmp_path: Path) -> None:
    path, now = tmp_path / "file.lock", [100.0]

    def wait(seconds: float) -> None:
        now[0] += seconds

    with (
        file_lock(path),
        pytest.raises(LockHeldError),
        file_lock(path, timeout_seconds=3, wait=wait, monotonic=lambda: now[0], pause_seconds=1),
    ):
        pass
    assert now == [103.0]
    with file_lock(path, timeout_seconds=3, monotonic=lambda: now[0]) as left:
        assert left == 3.0


def test_lock_is_released_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "file.lock"
    with pytest.raises(KeyError), file_lock(path):
        raise KeyError
    with file_lock(path, timeout_seconds=0):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to any file")
def test_a_read_only_file_can_be_locked(tmp_path: Path) -> None:
    path = tmp_path / "file.lock"
    path.touch(mode=0o444)
    with file_lock(path, holder="not written"):
        assert path.read_text() == ""


def _always_granted(_descriptor: int, _operation: int) -> None:
    """Stand in for a share whose locks exclude nobody."""


def _unsupported(_descriptor: int, _operation: int) -> None:
    raise OSError(errno.ENOLCK, "No locks available")


@pytest.mark.parametrize("flock", [_always_granted, _unsupported])
def test_file_system_without_locks_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flock: object
) -> None:
    monkeypatch.setattr(fcntl, "flock", flock)
    monkeypatch.setattr(locks, "_tried", set())
    for _ in range(2):
        with (
            pytest.raises(NoLocksError, match=str(tmp_path)) as caught,
            file_lock(tmp_path / "file.lock", holder="not written"),
        ):
            pass
    assert caught.value.exit_status == 2
    assert "local disk" in caught.value.hint
    assert (tmp_path / "file.lock").read_text() == ""


def test_lock_is_tried_out_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    monkeypatch.setattr(locks, "_tried", set())
    monkeypatch.setattr(fcntl, "flock", _counting(fcntl.flock, taken))
    for name in ("first", "second", "third"):
        with file_lock(tmp_path / name):
            pass
    assert len(taken) == 3 + 1


def _counting(flock: Callable[[int, int], None], taken: list[int]) -> Callable[[int, int], None]:
    def counted(descriptor: int, operation: int) -> None:
        taken.append(operation)
        flock(descriptor, operation)

    return counted


def test_lock_that_is_a_link_leaves_the_file_behind_it_as_it_is(tmp_path: Path) -> None:
    path, precious = tmp_path / "file.lock", tmp_path / "precious"
    precious.write_text("precious")
    path.symlink_to(precious)
    with pytest.raises(OSError, match="symbolic links"), file_lock(path, holder="process 7"):
        pass
    assert precious.read_text() == "precious"
