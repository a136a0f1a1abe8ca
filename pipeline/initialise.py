"""`init`: a commented settings file and an empty database; what exists is kept as it is."""

import json
from dataclasses import dataclass
from pathlib import Path

from config.errors import ConfigError
from config.settings import load_settings, settings_template
from storage.store import store_opener


@dataclass(frozen=True, slots=True)
class InitReport:
    """What was written and what was there already."""

    settings: Path
    created_settings: bool
    database: Path
    created_database: bool


def initialise(target: Path, *, contact: str, curated: Path | None) -> InitReport:
    """Write the settings file and create the database it names.

    Raises:
        ConfigError: the file cannot be written, or what is there cannot be read.
    """
    created = not target.exists()
    if created:
        text = _filled(settings_template(), contact=contact, curated=curated)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise ConfigError(
                f"{target} cannot be written: {error.strerror}.",
                hint="Call init in a directory you may write to.",
            ) from error
    settings = load_settings(target)
    database = settings.database.path
    existed = database.exists()
    with store_opener(
        database, busy_timeout_seconds=settings.database.busy_timeout_seconds
    )() as store:
        store.checkpoint()
    return InitReport(target, created, database, not existed)


def _filled(template: str, *, contact: str, curated: Path | None) -> str:
    """Put the two answers a live survey needs where the template has their commented keys."""
    for key, value in (("contact", contact), ("list", str(curated) if curated else "")):
        if value:
            lines = template.splitlines(keepends=True)
            place = next(
                n for n, line in enumerate(lines) if line.lstrip("# ").startswith(f"{key} =")
            )
            # A JSON string is a TOML basic string.
            lines[place] = f"{key} = {json.dumps(value, ensure_ascii=False)}\n"
            template = "".join(lines)
    return template
