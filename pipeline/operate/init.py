"""`init`: a commented settings file and an empty database; what exists is kept as it is.

With a list to start from, also a taxonomy drafted from its headings.
"""

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from config.errors import NotWrittenError, UsageError
from config.files import put_new
from config.keytypes import BaseUrl
from config.settings import load_settings, settings_template
from config.taxonomy import load_taxonomy
from pipeline.curated.files import list_files
from pipeline.curated.formats.read import open_list, read_files
from pipeline.curated.title import list_title, survey_title
from pipeline.curated.types import AsideReason
from pipeline.ingest.coverage import set_of
from pipeline.runtime.services import check_database, clock_of, store_of
from pipeline.taxonomy.draft import Dated, Draft, draft_taxonomy
from pipeline.taxonomy.draft_leaves import LeftOut, Place
from storage.engine.interrupted import forget_former
from storage.engine.paths import real_path

_TAXONOMY = "taxonomy.toml"
#: below the base address of a replica, as `living-survey replica` serves them
_INTERFACES = {"oai_url": "/oai", "rss_url": "", "query_url": "/api/query"}


@dataclass(frozen=True, slots=True)
class DraftedTaxonomy:
    """What the list's headings became."""

    path: Path
    created: bool
    #: (section id, entries in the list), in the list's order
    sections: tuple[tuple[str, int], ...]
    #: sections into which headings that say when were folded
    dated: tuple[Dated, ...]
    #: headings whose entries carry no paper
    left_out: tuple[LeftOut, ...]
    #: blocks that name papers and are no entries, by reason
    asides: Mapping[AsideReason, int]
    #: papers under no heading with words: they belong to no section
    unplaced: tuple[Place, ...]
    #: whether the built-in labels fit this list
    built_in_labels: bool
    #: whether the settings name this taxonomy
    in_use: bool


@dataclass(frozen=True, slots=True)
class InitReport:
    """What was written and what was there already."""

    settings: Path
    created_settings: bool
    title: str
    #: the list's files, those of its directories among them
    files: tuple[Path, ...]
    database: Path
    created_database: bool
    taxonomy: DraftedTaxonomy | None = None


def initialise(
    target: Path,
    *,
    contact: str,
    curated: Sequence[Path] = (),
    draft: bool = False,
    categories: Sequence[str] = (),
    arxiv: str = "",
    new_database: bool = False,
) -> InitReport:
    """Write the settings file and create the database it names.

    Args:
        target: the settings file.
        contact: where arXiv reaches the operator.
        curated: the files and directories of the survey's list.
        draft: draft `taxonomy.toml` beside the settings from the list's headings.
        categories: arXiv's, whose sets are harvested; none: the template's.
        arxiv: the base address of a replica; empty: arXiv itself.
        new_database: create a database although files of a former one are there.

    Raises:
        CuratedListError: a file has a format that cannot be read, or all are empty.
        ConfigError: what is there cannot be read.
        DatabaseGoneError: the database is missing, but other files show that there was one.
        NothingToDraftError: no paper of the list has a heading.
        NotWrittenError: a file cannot be written.
        UsageError: the list cannot be read, or `arxiv` is no address.
    """
    urls = _interfaces(arxiv) if arxiv else {}
    files = list_files(curated)
    found = _draft(target, files) if draft and files else None
    values: dict[str, object] = {
        "contact": contact,
        "list": _list_setting(curated, target),
        "taxonomy": _TAXONOMY if found else "",
        "title": (found.drafted.title if found else list_title(files)) or "",
        "categories": list(categories),
        "sets": list(dict.fromkeys(map(set_of, categories))),
        **urls,
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
    title = survey_title(settings.survey)
    return InitReport(target, created, title, files, database, not existed, taxonomy)


@dataclass(frozen=True, slots=True)
class _Read:
    """A draft, and what the list holds beside its entries."""

    drafted: Draft
    asides: Mapping[AsideReason, int]


def _draft(target: Path, files: Sequence[Path]) -> _Read:
    name = target.absolute().parent.name or "A survey"
    curated = read_files(open_list(files))
    drafted = draft_taxonomy(curated, load_taxonomy(), name=name)
    return _Read(drafted, Counter(aside.reason for aside in curated.asides))


def _write_draft(path: Path, read: _Read) -> DraftedTaxonomy:
    drafted = read.drafted
    return DraftedTaxonomy(
        path=path,
        created=_write_new(path, drafted.text),
        sections=tuple(drafted.entries.items()),
        dated=drafted.dated,
        left_out=drafted.left_out,
        asides=read.asides,
        unplaced=drafted.unplaced,
        built_in_labels=drafted.built_in_labels,
        in_use=False,
    )


def _interfaces(arxiv: str) -> dict[str, object]:
    """Return the settings of the interfaces below a base address, or of one of their addresses."""
    try:
        base = TypeAdapter(BaseUrl).validate_python(arxiv)
    except ValidationError as error:
        raise UsageError(
            f"--arxiv is {arxiv!r}, but must be an http:// or https:// address.",
            hint="Name what `living-survey replica` prints, such as http://127.0.0.1:8799.",
        ) from error
    for path in filter(None, _INTERFACES.values()):
        base = base.removesuffix(path)
    return {key: f"{base}{path}" for key, path in _INTERFACES.items()}


def _list_setting(curated: Sequence[Path], target: Path) -> object:
    paths = [_from_settings(path, target) for path in curated]
    return paths[0] if len(paths) == 1 else paths


def _write_new(path: Path, text: str) -> bool:
    """Write a file unless it is there; return whether it was written."""
    try:
        put_new(path, text.encode("utf-8"))
    except FileExistsError:
        return False
    except OSError as error:
        raise NotWrittenError(
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
