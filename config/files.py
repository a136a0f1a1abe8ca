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
        OSError: writing failed; the old file is unchanged. It names `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if part is None:
        part = _part(path)
    else:
        part.unlink(missing_ok=True)  # it may belong to another user
    with _naming(path, part):
        try:
            yield part
            if durable:
                sync(part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        if durable:
            sync(path.parent)  # fsync(2): syncing a file does not make its name durable


def put_new(path: Path, content: bytes) -> None:
    """Create a file whole, or not at all.

    Raises:
        FileExistsError: it exists already and is unchanged.
        OSError: writing failed; nothing was created. It names `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _part(path)
    with _naming(path, part):
        try:
            part.write_bytes(content)
            sync(part)
            _move_to_new(part, path)
        finally:
            part.unlink(missing_ok=True)
        sync(path.parent)


def sync(path: Path) -> None:
    """Make the content of a file, or the names in a directory, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def _move_to_new(part: Path, path: Path) -> None:
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        with path.open("xb"):
            pass
        part.replace(path)


@contextmanager
def _naming(path: Path, part: Path) -> Iterator[None]:
    """Let errors name the file that was asked for; a full disk at fsync names none."""
    try:
        yield
    except OSError as error:
        if error.errno and error.filename in {None, os.fspath(part)}:
            error.filename = os.fspath(path)
            del error.filename2
        raise
