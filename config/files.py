"""Read regular files only, and write files atomically."""

import errno
import io
import os
import secrets
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import BinaryIO

_MODE = 0o666
#: files above which the whole disk is synced at once: 6,000 files took 4 s instead of 24 s. Faults
#: of the disk itself are not told then; a full disk is, when the file is written
_MANY = 200
#: bytes of the token in the name of an unfinished file
_TOKEN = 8
#: seconds after which an unfinished file has no writer any more
_LEFT_FOR = 24 * 3600


class NotRegularError(OSError):
    """A path names something else than a file: a directory, a pipe, a device, a socket."""

    def __str__(self) -> str:
        """Return what it is."""
        return str(self.strerror)


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading, and nothing that has no end or blocks.

    Raises:
        NotRegularError: the path names no regular file.
        OSError: it cannot be opened.
    """
    _check_regular(path, path.stat())  # first, because opening a device may change it
    # Without O_NONBLOCK opening a named pipe waits for its writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _check_regular(path, os.fstat(descriptor))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_regular_text(path: Path, *, encoding: str = "utf-8", errors: str = "strict") -> str:
    """Return the text of a file with line ends as newlines.

    Raises:
        NotRegularError: the path names no regular file.
        OSError: it cannot be read.
        UnicodeDecodeError: it has another encoding.
    """
    with io.TextIOWrapper(open_regular(path), encoding=encoding, errors=errors) as text:
        return text.read()


def read_regular(path: Path, *, most_bytes: int | None = None) -> bytes:
    """Return the content of a file.

    Raises:
        NotRegularError: the path names no regular file.
        OSError: it cannot be read.
        ValueError: it has more than `most_bytes`.
    """
    with open_regular(path) as file:
        content = file.read(-1 if most_bytes is None else most_bytes + 1)
    if most_bytes is not None and len(content) > most_bytes:
        raise ValueError(f"{path} has more than {most_bytes} bytes")
    return content


def is_own_directory(path: Path) -> bool:
    """Return whether a path is a directory, not a link, that only this user can change.

    Its mode becomes 0700 if it is this user's with another one.
    """
    try:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            return False
        if stat.S_IMODE(found.st_mode) & 0o077:
            path.chmod(0o700)
    except OSError:
        return False
    return True


def _check_regular(path: Path, found: os.stat_result) -> None:
    kind = stat.S_IFMT(found.st_mode)
    if kind != stat.S_IFREG:
        what = _KINDS.get(kind, "no file")
        raise NotRegularError(errno.EINVAL, f"it is {what}, not a file", str(path))


_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def put_in_place(
    path: Path,
    content: bytes,
    *,
    part: Path | None = None,
    durable: bool = True,
    mode: int = _MODE,
) -> None:
    """Replace the content of a file in one step; see `replacing`."""
    with replacing(path, part=part, durable=durable) as written:
        _write_new(written, content, mode)


def put_all_in_place(files: Sequence[tuple[Path, bytes]]) -> None:
    """Replace several files: every content is on the disk before the first file is replaced.

    A file keeps its mode, and a symbolic link stays one. Callers hold a lock, so that a part left
    by a killed process is replaced.

    Raises:
        OSError: writing failed; every file has its old content. It names the file.
    """
    with ExitStack() as parts, ExitStack() as replaced:
        ready = []
        for path, content in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            real = path.resolve()
            part = real.with_name(f".{real.name}.part")
            parts.callback(part.unlink, missing_ok=True)
            with _naming(path, part):
                part.unlink(missing_ok=True)
                _write_new(part, content, _MODE)
                if real.exists():
                    part.chmod(stat.S_IMODE(real.stat().st_mode))
            ready.append((path, real, part))
        # All are written before the first is waited for, because the disk then takes them together.
        if len(ready) > _MANY:
            os.sync()
        else:
            for path, _, part in ready:
                with _naming(path, part):
                    sync(part)
        for path, real, part in ready:
            before = real.read_bytes() if real.is_file() else None
            with _naming(path, part):
                part.replace(real)
            replaced.callback(_put_back, real, before)
        replaced.pop_all()  # nothing to put back
        for directory in {real.parent for _, real, _ in ready}:
            sync(directory)


def _put_back(path: Path, content: bytes | None) -> None:
    with suppress(OSError):
        if content is None:
            path.unlink(missing_ok=True)
        else:
            put_in_place(path, content)


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
        remove_old_parts(path.parent)
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


def put_new(path: Path, content: bytes, *, mode: int = _MODE) -> None:
    """Create a file whole, or not at all; the umask applies to its mode.

    Raises:
        FileExistsError: it exists already and is unchanged.
        OSError: writing failed; nothing was created. It names `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _part(path)
    remove_old_parts(path.parent)
    with _naming(path, part):
        try:
            _write_new(part, content, mode)
            sync(part)
            _move_to_new(part, path)
        finally:
            part.unlink(missing_ok=True)
        sync(path.parent)


def append_line(path: Path, line: str) -> None:
    """Add a line to a small file in one step, so that a full disk leaves no part of it."""
    earlier = path.read_bytes() if path.is_file() else b""
    put_in_place(path, earlier + line.encode() + b"\n")


def sync(path: Path) -> None:
    """Make the content of a file, or the names in a directory, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_old_parts(directory: Path) -> None:
    """Remove what killed processes of this user left unfinished in a directory for a day.

    Each process looks at a directory once, because it may hold many files.
    """
    _remove_old_parts(directory.resolve())


@cache
def _remove_old_parts(directory: Path) -> None:
    # a part changes while it is written
    before = time.time() - _LEFT_FOR
    with suppress(OSError), os.scandir(directory) as entries:
        for entry in entries:
            if not _is_part(entry.name):
                continue
            found = entry.stat(follow_symlinks=False)
            is_ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.getuid()
            if is_ours and found.st_mtime < before:
                Path(entry.path).unlink(missing_ok=True)


def _part(path: Path) -> Path:
    # of its own for each writer, also of one process
    return path.with_name(f".{path.name}.{secrets.token_hex(_TOKEN)}.part")


def _is_part(name: str) -> bool:
    rest, _, token = name.removesuffix(".part").rpartition(".")
    is_token = len(token) == 2 * _TOKEN and set(token) <= set("0123456789abcdef")
    return name.startswith(".") and name.endswith(".part") and len(rest) > 1 and is_token


def _write_new(path: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


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
