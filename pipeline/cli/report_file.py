"""Check the file that a command writes a report to, before its work begins."""

from collections.abc import Collection
from pathlib import Path

from config.errors import UsageError


def check_report_file(file: Path, suffixes: Collection[str]) -> None:
    """Raise UsageError for a name without one of the suffixes, or of something else than a file.

    The suffix keeps a report from replacing a database or settings.
    """
    if file.suffix.lower() not in suffixes:
        raise UsageError(
            f"The report {file} would have the wrong format.",
            hint=f"Name it so that it ends in {' or '.join(sorted(suffixes))}.",
        )
    if file.exists() and not file.is_file():
        raise UsageError(
            f"The report {file} cannot be written: there is something else than a file.",
            hint="Name another file.",
        )
