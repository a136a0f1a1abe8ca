"""Check that the directories of a survey can be written."""

import os
from collections.abc import Iterator
from pathlib import Path

from config.schema import Settings
from pipeline.operate.backups import backup_directory
from pipeline.runtime.findings import Finding
from pipeline.runtime.services import Services


def checks(services: Services) -> Iterator[Finding]:
    """Yield directories that cannot be written."""
    for name, path in _directories(services.settings).items():
        place = next(one for one in (path, *path.parents) if one.exists())
        if not place.is_dir():
            yield Finding(
                "directories",
                f"{name} is {path}, and {place} is no directory.",
                "Move that file away, or name another directory.",
            )
        elif not os.access(place, os.W_OK | os.X_OK):
            yield Finding(
                "directories",
                f"this user may not write into {place}, where {name} is.",
                f"`chown` it to the user who runs living-survey, or set {name} to another place.",
            )


def _directories(settings: Settings) -> dict[str, Path]:
    """Return where a survey writes, by setting."""
    found = {
        "[database] path": settings.database.path.parent,
        "[arxiv] archive": settings.arxiv.archive,
        "[classifier] models": settings.classifier.models,
        "[classifier] reports": settings.classifier.reports,
        "[digest] output": settings.digest.output,
        "[mail] journal": settings.mail.journal,
        "[backup] directory": backup_directory(settings),
    }
    if settings.log.file is not None:
        found["[log] file"] = settings.log.file.parent
    return {name: path.absolute() for name, path in found.items()}
