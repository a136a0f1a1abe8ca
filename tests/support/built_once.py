"""Directories that are dear to make: made once in a run of the tests, and copied for each."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from config.locks import file_lock

#: of this run and all its workers, set by tests/conftest.py; None outside of a run
root: Path | None = None


def build_once(directory: Path, make: Callable[..., object], *arguments: object) -> None:
    """Put into a directory what `make(directory, *arguments)` puts into an empty one.

    `make` is called once for the same arguments, whichever worker asks first. Arguments are the
    same if their representations are. What it writes must not name the directory.
    """
    if root is None:
        make(directory, *arguments)
        return
    asked = f"{make.__module__}.{make.__qualname__}{arguments!r}"
    made = root / hashlib.sha256(asked.encode(errors="surrogatepass")).hexdigest()
    done = made.with_suffix(".done")
    with file_lock(made.with_suffix(".lock")):
        if not done.exists():
            made.mkdir(mode=0o700)
            make(made, *arguments)
            done.touch()
    shutil.copytree(made, directory, symlinks=True, dirs_exist_ok=True)
