"""Identify processes, to distinguish running commands from killed ones."""

import os
import socket
from collections.abc import Collection
from pathlib import Path

_STARTED = 22  # start time in /proc/PID/stat, see proc(5)


def this_process() -> str:
    """Return host, PID and start time (PIDs are reused)."""
    return f"{socket.gethostname()} {os.getpid()} {_started(os.getpid())}"


def is_alive(process: str) -> bool:
    """Return whether the process runs; true for other hosts."""
    host, pid, started = process.rsplit(" ", 2)
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it exists and belongs to another user
    return started == _started(int(pid))


def host_and_pid(process: str) -> tuple[str, int]:
    """Return the host and the PID of a process as it was recorded."""
    host, pid, _ = process.rsplit(" ", 2)
    return host, int(pid)


def lock_holders(lock_file: Path, *, modes: Collection[str] = ("READ", "WRITE")) -> tuple[int, ...]:
    """Return the processes that hold a lock file, none without /proc.

    `READ` is a shared lock, `WRITE` an exclusive one; see proc_locks(5).
    """
    try:
        found = lock_file.stat()
        locks = Path("/proc/locks").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ()
    device = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    rows = (line.split() for line in locks.splitlines())
    locks_of = [row for row in rows if row[1:3] == ["FLOCK", "ADVISORY"] and row[5] == device]
    pids = [row[4] for row in locks_of if row[3] in modes]
    return tuple(dict.fromkeys(int(pid) for pid in pids if pid.isdigit() and pid != "0"))


def command_of(pid: int) -> tuple[str, ...]:
    """Return the command line of a process, empty if it is not known."""
    try:
        line = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    return tuple(word for word in line.split("\0") if word)


def _started(pid: int) -> str:
    """Return when the process started, `?` without /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "?"
    # The second field, the program's name in brackets, may contain anything.
    return stat.rpartition(")")[2].split()[_STARTED - 3]
