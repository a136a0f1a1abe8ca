"""Read the settings from the environment, a file and the defaults, in this order of precedence."""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from config.errors import ConfigError
from config.files import read_regular_text
from config.keytypes import Names, Secret, Takes, what_is_at
from config.nearest import nearest
from config.reasons import Reason
from config.rules_schema import Rule
from config.schema import SECTIONS, Settings
from config.section import Section

ENV_PREFIX = "LIVING_SURVEY_"
DEFAULT_FILE = "living-survey.toml"

_CONFIG = ENV_PREFIX + "CONFIG"
_SWITCH = {"true": True, "false": False}
_NOW = ENV_PREFIX + "NOW"
_LONGEST_SHOWN = 80
#: keys that hold a list of tables -> what one of them is called, its keys
_ENTRIES: dict[str, tuple[str, type[BaseModel]]] = {
    "reasons": ("reason", Reason),
    "rules": ("rule", Rule),
}
#: user name and password of an address
_LOGIN = re.compile(r"//[^/@\s\"]{1,1000}@")
#: years accepted for LIVING_SURVEY_NOW: arXiv began in 1991
_FIRST_YEAR, _LAST_YEAR = 1991, 2200
#: similarity that makes an unknown variable a misspelt one; high, because names share a long
#: prefix
_MISSPELT = 0.94

#: section -> key -> (value, its place)
_Values = dict[str, dict[str, tuple[Any, str]]]


def load_settings(path: Path | None = None, env: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of a file and an environment.

    Args:
        path: the file. None: that of `LIVING_SURVEY_CONFIG`, else `living-survey.toml` in the
            working directory if it exists.
        env: the environment.

    Raises:
        ConfigError: a file, a name or a value cannot be used.
    """
    file = _find_file(path, env)
    root = (file.parent if file else Path()).resolve()
    values: _Values = {name: {} for name in SECTIONS}
    if file:
        _read_file(file, values)
    _read_environment(env, values)
    sections = {name: _resolve(name, values[name], root) for name in SECTIONS}
    settings = Settings.model_validate({**sections, "root": root, "file": file})
    now = _read_now(env, live=settings.arxiv.is_live)
    known = {*_variables(), _NOW}
    variables = {name: text for name, text in env.items() if name in known}
    if path is None and _CONFIG in env:
        variables[_CONFIG] = env[_CONFIG]
    return settings.model_copy(update={"now": now, "variables": variables})


def env_name(section: str, key: str) -> str:
    """Return the environment variable that sets a key."""
    return f"{ENV_PREFIX}{section}__{key}".upper()


def settings_template() -> str:
    """Return the commented configuration file that `living-survey init` writes."""
    # Not named living-survey.toml, because .gitignore keeps that name out of wheels.
    return files("config").joinpath("template.toml").read_text(encoding="utf-8")


def _find_file(path: Path | None, env: Mapping[str, str]) -> Path | None:
    named, by = path, ""
    if named is None and env.get(_CONFIG):
        named, by = Path(env[_CONFIG]), f" named by {_CONFIG}"
    if named is None:
        default = Path(DEFAULT_FILE)
        return default.resolve() if default.exists() else None
    if not named.exists():
        raise ConfigError(
            f"The configuration file {named}{by} does not exist.",
            hint=f"Run `living-survey init` to create {DEFAULT_FILE}, or name an existing file.",
        )
    return named.resolve()


def _read_file(file: Path, values: _Values) -> None:
    try:
        # utf-8-sig, because some editors write a byte order mark, which TOML rejects
        document = tomllib.loads(read_regular_text(file, encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{file} is not valid TOML: {error}.",
            hint="Correct that line: text needs quotes, lists need brackets.",
        ) from error
    except (ValueError, RecursionError) as error:
        if not isinstance(error, UnicodeDecodeError):
            raise ConfigError(
                f"{file} contains a number or a nesting too large to read.",
                hint="Shorten it.",
            ) from error
        raise ConfigError(
            f"{file} is not UTF-8 text (byte {error.start}).", hint="Save it as UTF-8."
        ) from error
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be read: {error.strerror}.",
            hint="Correct its permissions or name another file.",
        ) from error
    for section, table in document.items():
        if section not in SECTIONS:
            raise _unknown_section(f"{file}: ", section)
        if not isinstance(table, dict):
            raise ConfigError(
                f"{file}: {section} is {_shown(table)}, but must be a section.",
                hint=f"Write [{section}] on its own line and its keys below it.",
            )
        for key, value in table.items():
            if key not in SECTIONS[section].model_fields:
                raise _unknown_key(f"{file}: ", section, key)
            values[section][key] = (value, f"{file}: [{section}] {key}")


def _read_environment(env: Mapping[str, str], values: _Values) -> None:
    known = _variables()
    for variable, text in sorted(env.items()):
        if not variable.startswith(ENV_PREFIX) or variable in {_CONFIG, _NOW}:
            continue
        if variable in known:
            if any(0xD800 <= ord(character) <= 0xDFFF for character in text):
                raise ConfigError(f"{variable} is not UTF-8 text.", hint="Set it to UTF-8 text.")
            section, key = known[variable]
            values[section][key] = (_from_text(section, key, text), variable)
            continue
        section, separator, key = variable.removeprefix(ENV_PREFIX).lower().partition("__")
        if separator and section in SECTIONS:
            raise _unknown_key(f"environment variable {variable}: ", section, key, known)
        # Container platforms set names such as LIVING_SURVEY_SERVICE_HOST, so a name without "__"
        # is rejected only if it nearly equals a known one.
        plain = {name.replace("__", "_"): name for name in (*known, _CONFIG, _NOW)}
        closest = plain.get(variable.replace("__", "_"))
        likely = [closest] if closest else nearest(variable, plain.values(), cutoff=_MISSPELT)
        if separator or likely:
            raise ConfigError(
                f"The environment variable {variable} sets no known key.",
                hint=_did_you_mean(likely, SECTIONS, "The sections are"),
            )


def _variables() -> dict[str, tuple[str, str]]:
    """Return every environment variable that sets a key, with its section and key."""
    return {env_name(s, k): (s, k) for s, model in SECTIONS.items() for k in model.model_fields}


def _from_text(section: str, key: str, text: str) -> Any:
    """Return the text as the key's type, or unchanged if that fails."""
    annotation = SECTIONS[section].model_fields[key].annotation
    try:
        if get_origin(annotation) is tuple:
            if text.lstrip().startswith("["):
                return json.loads(text)
            items = [item.strip() for item in text.split(",") if item.strip()]
            return [int(item) for item in items] if _of_numbers(annotation) else items
        if annotation is bool:
            return _SWITCH.get(text.strip().lower(), text)
        if annotation is int:
            return int(text)
        if annotation is float:
            return float(text)
    except (ValueError, RecursionError):
        return text
    return text


def _of_numbers(annotation: Any) -> bool:
    """Return whether a tuple's type is one of whole numbers."""
    item, *_ = get_args(annotation)
    return item is int or int in get_args(item)


def _build(section: str, values: Mapping[str, tuple[Any, str]]) -> Section:
    # Validated as JSON, because pydantic's strict JSON mode accepts a list for a tuple and text
    # for a path, but not "8765" for a number. A TOML date becomes {}, which fits no key.
    document = json.dumps({key: value for key, (value, _) in values.items()}, default=lambda _: {})
    model = SECTIONS[section]
    try:
        return model.model_validate_json(document, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        key, *inner = first["loc"]
        value, place = values[str(key)]
        if key in _ENTRIES and len(inner) > 1:
            entry = value[inner[0]]
            raise _wrong_entry(place, str(key), entry, int(inner[0]), str(inner[1])) from error
        hidden = key in {"reasons", "rules"} or _is_secret(section, str(key))
        stated = "" if hidden else f" is {_shown(value)}, but"
        # The checks of reasons and keys say which are at fault.
        found = first.get("ctx", {}).get("error") if key in {"reasons", "rules", "keys"} else None
        cause = f" Here {found}." if found else ""
        raise ConfigError(
            f"{place}{stated} must be {_takes(section, str(key))}.{cause}",
            hint="docs/reference/settings.md explains every key.",
        ) from error


def _wrong_entry(place: str, of: str, entry: Any, number: int, key: str) -> ConfigError:
    name, model = _ENTRIES[of]
    where = f"{place}, {name} {number + 1}: "
    fields = model.model_fields
    if key not in fields:
        likely = nearest(key, fields)
        return ConfigError(
            f"{where}unknown key {key!r}.", hint=_did_you_mean(likely, fields, "Its keys are")
        )
    takes = next(one.description for one in fields[key].metadata if isinstance(one, Takes))
    if key not in entry:
        return ConfigError(f"{where}{key} is missing.", hint=f"Give it {takes}.")
    return ConfigError(
        f"{where}{key} is {_shown(entry[key])}, but must be {takes}.",
        hint="docs/reference/settings.md explains every key.",
    )


def _shown(value: Any) -> str:
    """Return a value as TOML writes it, in at most 80 characters, without a password in it."""
    text = _LOGIN.sub("//[...]@", json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _resolve(name: str, values: Mapping[str, tuple[Any, str]], root: Path) -> Section:
    """Return a section with absolute paths that can be used."""
    section = _build(name, values)
    used: dict[str, Path | tuple[Path, ...]] = {}
    for key, value in section:
        paths = tuple((root / path.expanduser()).absolute() for path in _paths_of(value))
        if not paths:
            continue
        used[key] = paths if isinstance(value, tuple) else paths[0]
        metadata = SECTIONS[name].model_fields[key].metadata
        names = next(one for one in metadata if isinstance(one, Names))
        for path, found in zip(paths, map(what_is_at, paths), strict=True):
            if found not in names.accepted:
                place = values[key][1] if key in values else f"[{name}] {key}"
                wanted = _takes(name, key)
                raise ConfigError(
                    f"{place} is {_shown(str(path))}. This is {found}, but must be {wanted}.",
                    hint="Name another path, or move away what is there.",
                )
    return section.model_copy(update=used)


def _paths_of(value: object) -> tuple[Path, ...]:
    several = value if isinstance(value, tuple) else (value,)
    return tuple(one for one in several if isinstance(one, Path))


def _takes(section: str, key: str) -> str:
    metadata = SECTIONS[section].model_fields[key].metadata
    return next(one.description for one in metadata if isinstance(one, Takes))


def _is_secret(section: str, key: str) -> bool:
    metadata = SECTIONS[section].model_fields[key].metadata
    return any(isinstance(one, Secret) for one in metadata)


def _read_now(env: Mapping[str, str], *, live: bool) -> datetime | None:
    text = env.get(_NOW, "")
    if not text:
        return None
    try:
        now = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            f"{_NOW} is {_shown(text)}, but must be an instant such as 2026-03-17T12:00:00Z.",
            hint="Correct it, or unset it to use the system's clock.",
        ) from error
    if not _FIRST_YEAR <= now.year <= _LAST_YEAR:
        raise ConfigError(
            f"{_NOW} is {text!r}, but must be an instant between {_FIRST_YEAR} and {_LAST_YEAR}."
        )
    if live:
        raise ConfigError(
            f"{_NOW} is set while an arXiv URL is not a loopback address.",
            hint="Unset it, or point [arxiv] oai_url, rss_url and query_url at a loopback "
            "address. `living-survey replica` serves one.",
        )
    return now.replace(tzinfo=UTC) if now.tzinfo is None else now.astimezone(UTC)


def _unknown_section(where: str, name: str) -> ConfigError:
    owners = [section for section, model in SECTIONS.items() if name in model.model_fields]
    if owners:
        return ConfigError(
            f"{where}{name} is outside its section.", hint=f"Move it below [{owners[0]}]."
        )
    return ConfigError(
        f"{where}unknown section [{name}].",
        hint=_did_you_mean(
            [f"[{n}]" for n in nearest(name, SECTIONS)], SECTIONS, "The sections are"
        ),
    )


def _unknown_key(
    where: str, section: str, key: str, variables: Mapping[str, tuple[str, str]] | None = None
) -> ConfigError:
    fields = SECTIONS[section].model_fields
    likely = nearest(key, fields)
    owners = [name for name, model in SECTIONS.items() if key in model.model_fields]
    if owners:
        section_meant, likely = owners[0], [key]
    else:
        section_meant = section
    if variables is not None:
        names = [env_name(section_meant, name) for name in likely]
    else:
        names = [f"{name} in [{section_meant}]" if owners else name for name in likely]
    return ConfigError(
        f"{where}unknown key {key!r} in section [{section}].",
        hint=_did_you_mean(names, fields, "Its keys are"),
    )


def _did_you_mean(likely: list[str], known: Mapping[str, Any], otherwise: str) -> str:
    return f"Did you mean {likely[0]}?" if likely else f"{otherwise} {', '.join(known)}."
