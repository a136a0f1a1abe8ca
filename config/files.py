"""Write files atomically."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def put_in_place(
    path: Path, content: bytes, *, part: Path | None = None, durable: bool = True
) -> None:
    """Replace the content of a file in one step; see `replacing`."""
    with replacing(path, part=part, durable=durable) as written:
        written.write_bytes(content)


@contextmanager
def replacing(path: Path, *, part: Path | None = None, durable: bool = True) -> Iterator[Path]:
    """Yield a path to write to, which replaces `path` in one step after the block.

    Args:
        path: the file; its directory is created.
        part: the path to write to, on the same file system. Callers with a lock pass a fixed name,
            so that a part left by a killed process is replaced.
        durable: whether the content must survive a power cut.

    Raises:
        OSError: writing failed; the old file is unchanged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if part is None:
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
    else:
        part.unlink(missing_ok=True)  # it may belong to another user
    try:
        yield part
        if durable:
            _sync(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    if durable:
        _sync(path.parent)  # fsync(2): syncing a file does not make its name durable


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
