"""Keep the settings that shape what is published, so that it can be built again as it was.

A site moves, an editor hands over, a language is added: files that are out keep what they were
written with, and are right.
"""

from collections.abc import Mapping
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.schema import SECTIONS, Settings
from pipeline.curated.title import survey_title
from pipeline.publish.recorded import recorded_path
from pipeline.runtime.services import Services

#: what the files of a target are made of, beside the database and the taxonomy
_KEYS = (
    ("survey", "title"),
    ("digest", "languages"),
    ("digest", "output"),
    ("publish", "targets"),
    ("publish", "editor"),
    ("publish", "list_url"),
    ("publish", "suggest_url"),
    ("publish", "suggest_form"),
    ("publish", "base_url"),
    ("site", "about"),
    ("site", "rhythm"),
    ("site", "paused_until"),
    ("site", "why"),
    ("feeds", "hub"),
    ("subscribers", "url"),
    ("suggestions", "enabled"),
    ("review", "reasons"),
)
_OUTPUT = "digest.output"
#: what settings were before they existed: files of that time do not name them
_BEFORE: Mapping[str, Any] = {"suggestions.enabled": False, "publish.suggest_form": ""}
#: characters of a value that are shown
_LONGEST = 60

#: JSON by `section.key`
Shown = Mapping[str, Any]


def program() -> str:
    """Return the program's version, as it is recorded."""
    return metadata.version("living-survey")


def shown_settings(settings: Settings) -> Shown:
    """Return the settings that what is published now is made of."""
    found: dict[str, Any] = {}
    for section, key in _KEYS:
        found[f"{section}.{key}"] = getattr(settings, section).model_dump(
            mode="json", include={key}
        )[key]
    # The list may get another heading.
    found["survey.title"] = survey_title(settings.survey)
    found[_OUTPUT] = recorded_path(settings.digest.output, settings.root)
    return found


def with_shown(services: Services, shown: Shown) -> Services:
    """Return services with settings as they were; those that are no longer valid stay as now."""
    settings = services.settings
    changed: dict[str, Any] = {}
    for section, key in _KEYS:
        name = f"{section}.{key}"
        known = {**_BEFORE, **shown}
        if name not in known:
            continue
        value = settings.root / Path(known[name]) if name == _OUTPUT else known[name]
        before = changed.get(section, getattr(settings, section))
        try:
            changed[section] = SECTIONS[section].model_validate({**before.model_dump(), key: value})
        except ValidationError:
            continue
    return replace(services, settings=settings.model_copy(update=changed))


def differing(before: Shown, now: Shown) -> tuple[str, ...]:
    """Return each setting that differs, such as `[publish] base_url is "b" (then "a")`."""
    return tuple(
        f"[{name.replace('.', '] ')} is {_short(now[name])} (then {_short(before[name])})"
        for name in now
        if name in before and before[name] != now[name]
    )


def _short(value: object) -> str:
    said = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if not said:
        return "empty"
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 3]}..."
