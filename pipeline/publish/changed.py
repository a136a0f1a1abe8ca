"""Show how a publication changes a file."""

import difflib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.publish.publication import Build, BuiltFile


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file whose bytes change."""

    path: Path
    #: bytes; None: there is no file
    size_before: int | None
    size: int
    #: unified diff of a hand-written file; empty for files that are made whole
    diff: str = ""
    #: it is removed
    removed: bool = False


def changed_files(build: Build, before: Mapping[Path, bytes | None]) -> tuple[ChangedFile, ...]:
    """Return the files of a build that differ from what is there, then those that go."""
    changed = (
        _changed(file, before[file.path]) for file in build.files if before[file.path] != file.data
    )
    gone = (ChangedFile(path, len(before[path] or b""), 0, removed=True) for path in build.gone)
    return (*changed, *gone)


def _changed(file: BuiltFile, before: bytes | None) -> ChangedFile:
    by_hand = file.made_from is not None
    return ChangedFile(
        path=file.path,
        size_before=None if before is None else len(before),
        size=len(file.data),
        diff=unified(file.path.name, before or b"", file.data) if by_hand else "",
    )


def unified(name: str, before: bytes, after: bytes) -> str:
    """Return a diff that `patch -p1` and `git apply` read, line ends as they are."""
    old, new = (
        list(io.StringIO(data.decode("utf-8", "surrogateescape"), newline="\n"))
        for data in (before, after)
    )
    lines = difflib.unified_diff(_ended(old), _ended(new), f"a/{name}", f"b/{name}")
    return "".join(line.replace(_NO_END, f"\n{_NO_END}\n") for line in lines)


_NO_END = "\\ No newline at end of file"


def _ended(lines: list[str]) -> list[str]:
    """Mark a last line without an end, as `diff` does."""
    if lines and not lines[-1].endswith("\n"):
        return [*lines[:-1], lines[-1] + _NO_END]
    return lines
