"""Which process this is, and whether another still lives. Sends no signal.

It tells a run that works from one that was killed.
"""

import os
import socket
from pathlib import Path

_STARTED = 22  # field of /proc/PID/stat, proc(5): start of the process in ticks since boot


def this_process() -> str:
    """Return host, PID and start of this process: a PID alone comes back after a reboot."""
    return f"{socket.gethostname()} {os.getpid()} {_started(os.getpid())}"


def is_alive(process: str) -> bool:
    """Tell whether the process still runs; one of another host is taken to live."""
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


def _started(pid: int) -> str:
    """Return when the process began, `?` where there is no /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "?"
    # The second field is the program's name in brackets and may hold anything.
    return stat.rpartition(")")[2].split()[_STARTED - 3]
