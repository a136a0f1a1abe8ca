"""`init`: a commented settings file and an empty database; what exists is kept as it is.

With a list to start from, also a taxonomy drafted from its headings.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from config.errors import ConfigError
from config.files import put_new
from config.headings import clean_heading
from config.settings import load_settings, settings_template
from config.taxonomy import load_taxonomy
from pipeline.curated.parse import read_list
from pipeline.runtime.services import check_database, clock_of, store_of
from pipeline.taxonomy.draft import Draft, draft_taxonomy
from storage.engine.interrupted import forget_former
from storage.engine.paths import real_path

_TAXONOMY = "taxonomy.toml"


@dataclass(frozen=True, slots=True)
class DraftedTaxonomy:
    """What the list's headings became."""

    path: Path
    created: bool
    #: (section id, entries in the list), in the list's order
    sections: tuple[tuple[str, int], ...]
    #: lines of entries under no heading with words: they belong to no section
    unplaced_lines: tuple[int, ...]
    #: whether the built-in labels fit this list
    built_in_labels: bool
    #: whether the settings name this taxonomy
    in_use: bool


@dataclass(frozen=True, slots=True)
class InitReport:
    """What was written and what was there already."""

    settings: Path
    created_settings: bool
    database: Path
    created_database: bool
    taxonomy: DraftedTaxonomy | None = None


def initialise(
    target: Path,
    *,
    contact: str,
    curated: Path | None,
    draft: bool = False,
    categories: Sequence[str] = (),
    new_database: bool = False,
) -> InitReport:
    """Write the settings file and create the database it names.

    Args:
        target: the settings file.
        contact: where arXiv reaches the operator.
        curated: the survey's list.
        draft: draft `taxonomy.toml` beside the settings from the list's headings.
        categories: arXiv's; none: the template's.
        new_database: create a database although files of a former one are there.

    Raises:
        ConfigError: a file cannot be written, or what is there cannot be read.
        DatabaseGoneError: the database is missing, but other files show that there was one.
        UsageError: the list cannot be read, or has nothing to draft from.
    """
    found = _draft(target, curated) if draft and curated else None
    values: dict[str, object] = {
        "contact": contact,
        "list": _from_settings(curated, target) if curated else "",
        "taxonomy": _TAXONOMY if found else "",
        "title": clean_heading(found.list_title) if found and found.list_title else "",
        "categories": list(categories),
    }
    created = _write_new(target, _filled(settings_template(), values))
    taxonomy = _write_draft(target.with_name(_TAXONOMY), found) if found else None
    settings = load_settings(target)
    if taxonomy:
        used = settings.survey.taxonomy
        same = used is not None and used.resolve() == taxonomy.path.resolve()
        taxonomy = replace(taxonomy, in_use=same)
    database = settings.database.path
    existed = database.exists()
    if not new_database:
        check_database(settings, create=True)
    elif not existed:
        forget_former(real_path(database), clock_of(settings)())
    with store_of(settings)() as store:
        store.checkpoint()
    return InitReport(target, created, database, not existed, taxonomy)


def _draft(target: Path, curated: Path) -> Draft:
    name = target.absolute().parent.name or "A survey"
    return draft_taxonomy(read_list(curated), load_taxonomy(), name=name)


def _write_draft(path: Path, draft: Draft) -> DraftedTaxonomy:
    created = _write_new(path, draft.text)
    return DraftedTaxonomy(
        path=path,
        created=created,
        sections=tuple(draft.entries.items()),
        unplaced_lines=draft.unplaced_lines,
        built_in_labels=draft.built_in_labels,
        in_use=False,
    )


def _write_new(path: Path, text: str) -> bool:
    """Write a file unless it is there; return whether it was written."""
    try:
        put_new(path, text.encode("utf-8"))
    except FileExistsError:
        return False
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}.",
            hint="Call init in a directory you may write to, on a disk with free space.",
        ) from error
    return True


def _from_settings(path: Path, target: Path) -> str:
    """Return a path as the settings must name it: relative ones start at the settings' place."""
    return str(path) if path.is_absolute() else os.path.relpath(path, target.parent)


def _filled(template: str, values: Mapping[str, object]) -> str:
    """Put what is known of a survey where the template has its commented keys."""
    lines = template.splitlines(keepends=True)
    for key, value in values.items():
        if value:
            place = next(
                n for n, line in enumerate(lines) if line.lstrip("# ").startswith(f"{key} =")
            )
            # JSON strings and lists of strings are TOML's too.
            lines[place] = f"{key} = {json.dumps(value, ensure_ascii=False)}\n"
    return "".join(lines)
