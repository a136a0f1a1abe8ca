"""Writes a digest's files: whole or not at all, and only if their bytes change."""

import os
from dataclasses import dataclass
from pathlib import Path

from config.errors import LivingSurveyError


class DigestNotWrittenError(LivingSurveyError):
    """A file of the digest could not be written; what stood there stands there still."""

    def __init__(self, path: Path, cause: OSError) -> None:
        super().__init__(
            f"The digest {path} cannot be written: {cause.strerror or cause}.",
            hint="Check the rights and the free space of that directory, or set digest.output.",
        )
        self.path = path


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One file, and whether its bytes are others than before."""

    path: Path
    changed: bool


def write_file(path: Path, text: str) -> WrittenFile:
    """Put `text` (UTF-8) in place of whatever stands at `path`; its directory is made if needed.

    A reader sees the old file or the new one, never a part. The process id in the name of the
    half-written file keeps two processes apart; what a killed one left is overwritten or harmless.

    Raises:
        DigestNotWrittenError: the system refused.
    """
    content = text.encode("utf-8")
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        if path.is_file() and path.read_bytes() == content:
            return WrittenFile(path, changed=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        _sync_directory(path.parent)
    except OSError as error:
        raise DigestNotWrittenError(path, error) from error
    return WrittenFile(path, changed=True)


def _sync_directory(directory: Path) -> None:
    """Make the new name itself survive a power cut (fsync(2): the directory needs its own)."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
