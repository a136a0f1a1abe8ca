"""Identify processes, to distinguish running commands from killed ones."""

import os
import socket
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


def _started(pid: int) -> str:
    """Return when the process started, `?` without /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "?"
    # The second field, the program's name in brackets, may contain anything.
    return stat.rpartition(")")[2].split()[_STARTED - 3]
