"""Write files atomically, and only if their bytes change."""

import errno
import os
import re
import stat
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from config.errors import LivingSurveyError
from config.files import put_all_in_place, put_in_place, read_regular
from pipeline.publish.publication import Build

#: how `config.files` names what it writes before it replaces a file of one of our kinds
_PART = re.compile(
    r"\..{1,200}\.(?:html|md|txt|json|js|css|svg|bib|xml|atom|opml)(?:\.[0-9a-f]{16})?\.part"
)


class NotPublishedError(LivingSurveyError):
    """A file could not be read or written; every file of the target is as it was."""


class ChangedMeanwhileError(NotPublishedError):
    """Somebody changed a file while it was being published; it is as they left it."""


class DigestNotWrittenError(LivingSurveyError):
    """A file of the digest could not be written; an existing file is unchanged."""

    def __init__(self, path: Path, cause: OSError) -> None:
        super().__init__(
            f"The digest {path} cannot be written: {cause.strerror or cause}.",
            hint="Check the permissions and free space of that directory, or set digest.output.",
        )
        self.path = path


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One file, and whether its bytes changed."""

    path: Path
    changed: bool


def write_file(path: Path, content: bytes) -> WrittenFile:
    """Write `content` to `path` if it differs, creating the directory if needed.

    Raises:
        DigestNotWrittenError: the file could not be written.
    """
    try:
        if path.is_file() and path.read_bytes() == content:
            return WrittenFile(path, changed=False)
        put_in_place(path, content)
    except OSError as error:
        raise DigestNotWrittenError(path, error) from error
    return WrittenFile(path, changed=True)


def content_of(path: Path) -> bytes | None:
    """Return the content of a file, or None if there is none.

    Raises:
        NotPublishedError: it cannot be read.
    """
    try:
        return read_regular(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _not_published(error, path) from error


def put_files(build: Build) -> None:
    """Replace the files that differ: all of them, or none. Then remove those that are gone.

    Raises:
        ChangedMeanwhileError: a file is no longer what it was built from.
        NotPublishedError: a file cannot be written.
    """
    if build.rolling:  # the directory is the program's own
        _check_directories([*(file.path for file in build.files), *build.gone])
    changed = []
    for file in build.files:
        now = content_of(file.path)
        if file.made_from is not None and now != file.made_from:
            raise ChangedMeanwhileError(
                f"{file.path} was changed while it was being published, and is left as it is.",
                hint="Publish again: it starts from the file as it is then.",
            )
        if now != file.data:
            changed.append((file.path, file.data))
    if build.rolling:
        _remove_parts({file.path.parent for file in build.files})
    try:
        _check_writable([path for path, _ in changed])
        put_all_in_place(changed)
    except OSError as error:
        raise _not_published(error, changed[0][0]) from error
    _remove(build.gone)


def _remove(paths: Sequence[Path]) -> None:
    """Remove files and the directories that they leave empty."""
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise NotPublishedError(
                f"{path} cannot be removed: {(error.strerror or str(error)).lower()}.",
                hint="The new files are in place. Check permissions there, then publish again.",
            ) from error
    for directory in {path.parent for path in paths}:
        with suppress(OSError):  # it is not empty
            directory.rmdir()


def _check_directories(paths: Sequence[Path]) -> None:
    """Refuse symbolic links among the directories of a target, which lead to files of others.

    The directory that holds all of them may be one, because the settings name it.
    """
    if not paths:
        return
    places = {path.parent for path in paths}
    top = Path(os.path.commonpath(places))
    inside = {one for place in places for one in (place, *place.parents)}
    for directory in sorted(one for one in inside if one != top and one.is_relative_to(top)):
        if directory.is_symlink():
            raise NotPublishedError(
                f"{directory} is a symbolic link, and files behind it may not be the program's.",
                hint="Nothing was written. Put a directory in its place, then publish again.",
            )


def _remove_parts(directories: Iterable[Path]) -> None:
    """Remove what a killed publication wrote beside files and did not put in their places.

    Callers hold the lock of publishing, so no other process writes there.
    """
    for directory in directories:
        with suppress(OSError):  # a directory that is not there has none
            for one in directory.iterdir():
                if _PART.fullmatch(one.name) and one.is_file() and not one.is_symlink():
                    one.unlink(missing_ok=True)


def _check_writable(paths: Sequence[Path]) -> None:
    """Respect a file or directory that is marked as read-only, although it could be replaced."""
    directories: set[Path] = set()
    for path in paths:
        real = path.resolve() if path.is_symlink() else path
        if real.exists():
            _check_one(real)
        directories.add(real.parent)
    for directory in directories:
        real = directory.resolve()
        _check_one(next(place for place in (real, *real.parents) if place.exists()))


def _check_one(path: Path) -> None:
    if not (os.access(path, os.W_OK) and stat.S_IMODE(path.stat().st_mode) & 0o222):
        raise OSError(errno.EACCES, "it is read-only", str(path))


def _not_published(error: OSError, path: Path) -> NotPublishedError:
    cause = (error.strerror or str(error)).lower()
    return NotPublishedError(
        f"{error.filename or path} cannot be read or written: {cause}.",
        hint="Nothing was replaced. Check permissions and free space there, then publish again.",
    )
