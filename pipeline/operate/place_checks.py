"""Check that the directories of a survey can be written, and how old its backup is."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from config.schema import Settings
from pipeline.operate.backups import backup_directory
from pipeline.operate.space import age_text, space_use
from pipeline.runtime.findings import Finding
from pipeline.runtime.services import Services

#: a backup is made every day where the schedule runs
_OLD = timedelta(days=8)


def checks(services: Services) -> Iterator[Finding]:
    """Yield directories that cannot be written, and a backup that is missing or old.

    Raises:
        LivingSurveyError: the database cannot be read.
    """
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
    yield from _backup(services)


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


def _backup(services: Services) -> Iterator[Finding]:
    newest = space_use(services.settings).backups.newest_at
    if newest is not None:
        age = services.clock() - newest
        if age > _OLD:
            yield Finding(
                "backup",
                f"the newest backup is {age_text(age / timedelta(hours=1))} old.",
                "`living-survey backup --rotate` makes one; `living-survey schedule --print cron`"
                " prints the line that makes one every day.",
            )
        return
    with services.open_store() as store:
        decided = store.account.tally().by_reviewers
    if decided:
        yield Finding(
            "backup",
            "there is no backup, and decisions cannot be fetched again.",
            "`living-survey backup --rotate` makes one.",
            wrong=False,
        )
