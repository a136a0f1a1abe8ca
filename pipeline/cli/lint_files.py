"""Write the files that `lint --fix` changed."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from config.errors import LivingSurveyError
from config.files import read_regular, replacing
from pipeline.curated.types import ListFile


def write_fixed(before: Sequence[ListFile], after: Sequence[ListFile]) -> None:
    """Write the files that changed, each in one step, with the mode they have.

    Raises:
        LivingSurveyError: a file cannot be written, or was changed since it was read.
    """
    changed = [pair for pair in zip(before, after, strict=True) if pair[0].data != pair[1].data]
    for old, _ in changed:
        _check(old)
    for old, new in changed:
        _write(old, new.data)


def _check(old: ListFile) -> None:
    """Raise LivingSurveyError if a file must not be written."""
    path = Path(old.name)
    if not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP) or not os.access(path, os.W_OK):
        raise LivingSurveyError(
            f"{path} is read-only; nothing was changed.",
            hint="Let this user write it, or see the changes with `--diff`.",
        )
    if read_regular(path) != old.data:
        raise LivingSurveyError(
            f"{path} was changed while it was looked at; nothing was fixed in it.",
            hint="Run the same command again.",
        )


def _write(old: ListFile, data: bytes) -> None:
    path = Path(old.name).resolve()  # a link stays one
    try:
        _check(old)
        with replacing(path) as part:
            part.write_bytes(data)
            part.chmod(stat.S_IMODE(path.stat().st_mode))
    except OSError as error:
        raise LivingSurveyError(
            f"{old.name} cannot be written: {(error.strerror or 'unknown').lower()}; it is"
            " unchanged.",
            hint="Check the permissions and the free space of its directory.",
        ) from error
