"""Puts a file in place whole or not at all. Knows no format and names no remedy."""

import os
from pathlib import Path


def put_in_place(path: Path, content: bytes) -> None:
    """Replace whatever stands at `path`; its directory is made if needed.

    A reader sees the old file or the new one, never a part, after a power cut too. The process id
    in the name of the half-written file keeps two processes apart.

    Raises:
        OSError: the system refused; what stood there still stands, and no part is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    """Make the new name itself survive a power cut (fsync(2): the directory needs its own)."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
