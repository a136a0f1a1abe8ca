"""Write the files of a snapshot, or take them from the one before."""

import hashlib
import os
import shutil
from pathlib import Path

from config.files import sync
from pipeline.publish.lake.manifest import LakeFile, path_of
from storage.lake import Lake, LakePart


def link(old: Path, new: Path) -> None:
    """Give a file a second name; copy it where the file system has no hard links."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copyfile(old, new)
        sync(new)


def write(lake: Lake, part: LakePart, path: Path) -> LakeFile:
    """Write the rows of a part.

    Raises:
        OSError: the file cannot be written.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415  takes 0.1 s, and only this command needs it

    with (
        lake.read(part) as batches,
        pq.ParquetWriter(path, batches.schema, compression="zstd") as file,
    ):
        for batch in batches:
            file.write_batch(batch)
    sync(path)
    with path.open("rb") as stored:
        digest = hashlib.file_digest(stored, "sha256").hexdigest()
    return LakeFile(
        path=path_of(part.view, part.month),
        view=part.view,
        month=part.month,
        rows=part.rows,
        bytes=path.stat().st_size,
        sha256=digest,
        fingerprint=part.fingerprint,
    )
