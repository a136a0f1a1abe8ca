"""Write files atomically."""

import os
from pathlib import Path


def put_in_place(
    path: Path, content: bytes, *, part: Path | None = None, durable: bool = True
) -> None:
    """Replace the file at `path` in one step; create its directory if needed.

    A reader sees the old file or the new one, never a part of it.

    Args:
        path: the file to replace.
        content: its new bytes.
        part: where to write first, on the same file system. The default is a name with the process
            ID beside `path`; callers that hold a lock pass one name, so that a part left by a
            killed process is replaced.
        durable: whether the new content must survive a power cut.

    Raises:
        OSError: the file cannot be written; the old one is unchanged and no part is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if part is None:
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
    else:
        part.unlink(missing_ok=True)  # it may belong to another user
    try:
        with part.open("wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    if durable:
        _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    """Make the new name survive a power cut: fsync(2) of a file does not cover its directory."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
