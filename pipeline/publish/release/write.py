"""Write a release of the list into a directory of its own. It reads decisions, not predictions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from config.errors import LivingSurveyError, UsageError
from config.files import put_in_place
from pipeline.curated.title import survey_title
from pipeline.publish.exports.formats import FORMATS
from pipeline.publish.exports.select import Wanted, choose
from pipeline.publish.release.changes import Changes, compare, read_release, released, write_changes
from pipeline.publish.release.describe import Release, write_citation, write_crate
from pipeline.publish.release.licenses import spdx_identifier
from pipeline.runtime.services import Services

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,49}", re.ASCII)
_PAPERS = {"papers.bib": "bibtex", "papers.csv": "csv", "papers.jsonl": "jsonl"}


@dataclass(frozen=True, slots=True)
class ReleaseReport:
    """What a release holds."""

    directory: Path
    version: str
    papers: int
    files: tuple[str, ...]
    #: None: it is the first
    changes: Changes | None


def release_list(
    services: Services, directory: Path, *, version: str, license_: str, previous: Path | None
) -> ReleaseReport:
    """Write the release; the directory must be empty or new.

    Raises:
        UsageError: the version, the licence or the previous release cannot be used.
        LivingSurveyError: the directory is not empty, or no paper is approved.
    """
    if not _VERSION.fullmatch(version):
        raise UsageError(f"{version!r:.60} is no version.", hint="Such as 1.4.0.")
    license_ = spdx_identifier(license_)
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise LivingSurveyError(
            f"{directory} is not empty.", hint="A release gets a directory of its own."
        )
    before = read_release(previous) if previous else None
    with services.open_store() as store:
        chosen = choose(store, Wanted(), services.taxonomy).records
    records = tuple(replace(one, reviewer="") for one in chosen)  # a release names no reviewer
    if not records:
        raise LivingSurveyError("No paper is approved.", hint="`living-survey serve` decides some.")
    now = released(records)
    settings = services.settings
    said = Release(
        title=survey_title(settings.survey),
        version=version,
        on=services.clock().date(),
        license=license_,
        editor=settings.publish.editor,
        url=settings.publish.list_url,
        papers=len(records),
    )
    files: dict[str, bytes] = {
        name: FORMATS[format_].write(records) for name, format_ in _PAPERS.items()
    }
    files["CITATION.cff"] = write_citation(said)
    if before is not None:
        files["CHANGES.md"] = write_changes(version, before, now)
    _put(directory, {**files, "ro-crate-metadata.json": write_crate(said, files)})
    return ReleaseReport(
        directory,
        version,
        len(records),
        (*files, "ro-crate-metadata.json"),
        None if before is None else compare(before, now),
    )


def _put(directory: Path, files: Mapping[str, bytes]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():  # the description last: without it, it is no release
        put_in_place(directory / name, data)
