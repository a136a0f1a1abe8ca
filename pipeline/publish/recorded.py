"""What is recorded of a published file."""

import hashlib
from pathlib import Path

from pipeline.publish.publication import BuiltFile
from storage.publication_types import PublishedFile


def published_file(file: BuiltFile, root: Path) -> PublishedFile:
    """Return what is recorded of a file."""
    return PublishedFile(
        path=recorded_path(file.path, root),
        sha256=sha256_of(file.data),
        size=len(file.data),
    )


def recorded_path(path: Path, root: Path) -> str:
    """Return a path as it is recorded: relative where it lies below the settings' directory."""
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 of a file's content."""
    return hashlib.sha256(data).hexdigest()
