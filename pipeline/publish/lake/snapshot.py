"""Write a snapshot of all views beside the earlier ones, then point `current` at it.

A reader that resolves `current` once never sees half of a snapshot, because the files of a snapshot
never change and the last two stay. What did not change since the last one is a hard link to its
file. The layout is Hive's: a directory for each view and `month=2026-03` below it.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.errors import TryAgainLaterError, UsageError
from config.files import sync
from config.locks import LockHeldError, file_lock
from pipeline.publish.lake.files import link, write
from pipeline.publish.lake.manifest import (
    NAME,
    LakeFile,
    Manifest,
    manifest_bytes,
    path_of,
    read_manifest,
)
from pipeline.runtime.record import Progress
from storage.lake import Lake, LakePart

#: the link to the newest snapshot
CURRENT = "current"
_SNAPSHOTS = "snapshots"
_LOCK = ".lock"
#: snapshots that stay: the newest, and the one that readers may still read
_KEPT = 2


class LakeHeldError(TryAgainLaterError):
    """Another process writes to the same directory."""


@dataclass(frozen=True, slots=True)
class LakeReport:
    """What an export of the lake did."""

    snapshot: Manifest
    #: nothing had changed, so the newest snapshot stayed
    unchanged: bool
    #: files that were written; the others are those of the snapshot before
    written: int
    bytes_written: int


@contextmanager
def writing_lake(directory: Path) -> Iterator[None]:
    """Be the only one to write to the directory, which is made.

    Raises:
        UsageError: something else is in the directory.
        LakeHeldError: another process writes to it.
        OSError: it cannot be written.
    """
    _check_ours(directory)
    (directory / _SNAPSHOTS).mkdir(parents=True, exist_ok=True)
    try:
        with file_lock(directory / _LOCK, timeout_seconds=0, holder=str(os.getpid())):
            yield
    except LockHeldError as error:
        raise LakeHeldError(
            f"Another export writes to {directory} (process {error.holder or 'unknown'}).",
            hint="Run the command again when it has ended.",
        ) from None


def write_snapshot(
    lake: Lake,
    directory: Path,
    *,
    about_people: bool,
    now: datetime,
    version: str,
    progress: Progress,
) -> LakeReport:
    """Write what changed since the newest snapshot; call it within `writing_lake`.

    Args:
        lake: the views.
        directory: the lake.
        about_people: whether to write the views about people too.
        now: the time of the snapshot.
        version: of this program.
        progress: shows the parts.

    Raises:
        LakeDamagedError: the manifest of the newest snapshot cannot be read.
        OSError: a file cannot be written; the newest snapshot is as it was.
    """
    snapshots = directory / _SNAPSHOTS
    earlier = _newest(directory)
    _remove_unfinished(snapshots)
    views = lake.views(about_people=about_people)
    task = progress.add_task("Reading the views", total=len(views))
    parts: list[LakePart] = []
    for view in views:
        parts += lake.parts(view)
        progress.update(task, advance=1)
    kept = _kept_files(earlier, snapshots)
    if earlier and [_key(part) for part in parts] == list(kept):
        return LakeReport(earlier, unchanged=True, written=0, bytes_written=0)
    number = earlier.snapshot + 1 if earlier else 1
    unfinished = snapshots / f".part-{number:06d}"
    task = progress.add_task("Writing what changed", total=len(parts))
    files, written = [], []
    for part in parts:
        path = unfinished / path_of(part.view, part.month)
        path.parent.mkdir(parents=True, exist_ok=True)
        if _key(part) in kept:
            file, there = kept[_key(part)]
            link(there, path)
        else:
            file = write(lake, part, path)
            written.append(file.bytes)
        files.append(file)
        progress.update(task, advance=1)
    manifest = Manifest(number, now.isoformat(), version, tuple(files))
    (unfinished / NAME).write_bytes(manifest_bytes(manifest))
    sync(unfinished / NAME)
    _publish(directory, unfinished, number)
    return LakeReport(manifest, unchanged=False, written=len(written), bytes_written=sum(written))


def _check_ours(directory: Path) -> None:
    if not directory.exists():
        return
    if not directory.is_dir():
        raise UsageError(f"{directory} is not a directory.", hint="Name another one.")
    foreign = {path.name for path in directory.iterdir()} - {CURRENT, _SNAPSHOTS, _LOCK}
    foreign -= {f".{CURRENT}"}
    link = directory / CURRENT
    if link.exists() and not link.is_symlink():
        foreign.add(CURRENT)
    if foreign:
        raise UsageError(
            f"{directory} holds something else than a lake: {', '.join(sorted(foreign)[:3])}.",
            hint="Name an empty or a new directory.",
        )


def _newest(directory: Path) -> Manifest | None:
    link = directory / CURRENT
    return read_manifest(link) if link.is_symlink() else None


def _remove_unfinished(snapshots: Path) -> None:
    """Remove what a killed export left."""
    for path in snapshots.glob(".part-*"):
        shutil.rmtree(path)


def _key(part: LakePart | LakeFile) -> tuple[str, str, str]:
    return part.view, part.month, part.fingerprint


def _kept_files(
    earlier: Manifest | None, snapshots: Path
) -> dict[tuple[str, str, str], tuple[LakeFile, Path]]:
    """Return the files of the earlier snapshot that are there in full length, with their paths."""
    if earlier is None:
        return {}
    kept = {}
    for file in earlier.files:
        path = snapshots / _name(earlier.snapshot) / file.path
        with suppress(FileNotFoundError):
            if path.stat().st_size == file.bytes:
                kept[_key(file)] = file, path
    return kept


def _publish(directory: Path, unfinished: Path, number: int) -> None:
    """Give the snapshot its name, point `current` at it, and remove the oldest."""
    snapshots = directory / _SNAPSHOTS
    for folder in sorted({path.parent for path in unfinished.rglob("*")} | {unfinished}):
        sync(folder)
    finished = snapshots / _name(number)
    if finished.exists():  # killed before `current` pointed at it
        shutil.rmtree(finished)
    unfinished.rename(finished)
    sync(snapshots)
    pointer = directory / f".{CURRENT}"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(Path(_SNAPSHOTS) / _name(number), target_is_directory=True)
    pointer.replace(directory / CURRENT)
    sync(directory)
    for old in _finished(snapshots)[:-_KEPT]:
        shutil.rmtree(old)


def _finished(snapshots: Path) -> Sequence[Path]:
    return sorted(path for path in snapshots.iterdir() if path.name.isdigit())


def _name(number: int) -> str:
    return f"{number:06d}"
