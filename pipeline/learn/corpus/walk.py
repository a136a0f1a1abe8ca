"""Find the files below a directory of this machine, each directory once."""

import errno
import os
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: what a link that leads nowhere, or to itself, is refused with
_NOWHERE = {errno.ENOENT, errno.ELOOP}


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file below a directory."""

    #: below the directory, with `/`
    path: str
    bytes: int
    #: None: the file system does not say
    changed_ns: int | None


def local_files(root: str) -> Iterator[FoundFile]:
    """Yield the files below a directory, none if there is none.

    Links to directories are followed after all others, and no directory is read twice: a link to
    one above it would repeat its files until the system refuses the path.

    Raises:
        UnicodeEncodeError: the name of a file is not UTF-8.
        OSError: a directory cannot be read.
    """
    start = len(root.rstrip("/")) + 1
    seen = set(Path(root).resolve().parents)
    waiting = deque([root] if Path(root).is_dir() else [])
    while waiting:
        for directory, names, files in os.walk(waiting.popleft(), onerror=_fail):
            real = Path(directory).resolve()
            if real in seen:
                names.clear()
                continue
            seen.add(real)
            paths = (f"{directory.rstrip('/')}/{name}" for name in sorted(names))
            waiting.extend(path for path in paths if Path(path).is_symlink())
            for name in files:
                path = f"{directory.rstrip('/')}/{name}"
                found = _status(path)
                if found is not None and stat.S_ISREG(found.st_mode):
                    path.encode()  # raises, if it is no UTF-8
                    yield FoundFile(path[start:], found.st_size, found.st_mtime_ns)


def _status(path: str) -> os.stat_result | None:
    try:
        return Path(path).stat()
    except OSError as error:
        if error.errno in _NOWHERE:
            return None
        raise


def _fail(error: OSError) -> None:
    raise error
