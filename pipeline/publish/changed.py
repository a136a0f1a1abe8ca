"""Show how a publication changes a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.publish.publication import Build, BuiltFile
from pipeline.runtime.diff import unified


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
