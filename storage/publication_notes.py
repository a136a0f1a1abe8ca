"""Note beside the database what was published, so that an older database can learn of it.

The directory `survey.duckdb.publications` has one JSON file a target. It is written before the
files of a publication are replaced and again when all are in place; a restore leaves it as it is.
"""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.files import put_in_place, read_regular
from storage.engine.paths import real_path
from storage.publication_types import Publication, PublishedFile

_log = logging.getLogger(__name__)
_PRIVATE = 0o600
_ODD = re.compile(r"[^A-Za-z0-9-]")
#: such as `list` or `digest:2026-W12`
_TARGET = re.compile(r"[a-z]{1,40}(?::[0-9]{4}-W[0-9]{2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class NotedTarget:
    """What is noted of one target."""

    #: a target of another survey is none of ours
    survey_id: str
    target: str
    #: of an issue every publication; of others the last that ended, and what was begun after it
    acts: tuple[Publication, ...]
    #: (arXiv ID, section ID, when it was first published)
    papers: tuple[tuple[str, str, datetime], ...]


def notes_path(database: Path) -> Path:
    """Return the directory of a database's notes, `survey.duckdb.publications`."""
    database = real_path(database)
    return database.with_name(database.name + ".publications")


def write_note(database: Path, note: NotedTarget) -> None:
    """Replace what is noted of a target.

    Raises:
        OSError: it cannot be written; the earlier note is unchanged.
    """
    path = _path(database, note.target)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(note), ensure_ascii=False, default=datetime.isoformat)
    put_in_place(path, f"{text}\n".encode(), mode=_PRIVATE)


def is_noted(database: Path, target: str) -> bool:
    """Return whether there is a note of a target."""
    return _path(database, target).is_file()


def read_notes(database: Path) -> tuple[NotedTarget, ...]:
    """Return what is noted. A file that cannot be read is left out, with a warning."""
    found = []
    for path in sorted(notes_path(database).glob("*.json")):
        try:
            found.append(_note(json.loads(read_regular(path))))
        except (
            OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError
        ) as error:  # fmt: skip
            _log.warning("%s cannot be read and is left out: %s", path, error)
    return tuple(found)


def _path(database: Path, target: str) -> Path:
    # A backup that was restored can hold any name, which must not lead to another directory.
    return notes_path(database) / f"{_ODD.sub('-', target)}.json"


def _note(stored: Mapping[str, Any]) -> NotedTarget:
    return NotedTarget(
        str(stored["survey_id"]),
        _target(str(stored["target"])),
        tuple(_act(one) for one in stored["acts"]),
        tuple(
            (str(arxiv_id), str(section), _instant(at))
            for arxiv_id, section, at in stored["papers"]
        ),
    )


def _act(stored: Mapping[str, Any]) -> Publication:
    finished_at = stored["finished_at"]
    return Publication(
        act_id=str(stored["act_id"]),
        target=_target(str(stored["target"])),
        person=str(stored["person"]),
        begun_at=_instant(stored["begun_at"]),
        finished_at=None if finished_at is None else _instant(finished_at),
        entries=tuple((str(arxiv_id), str(section)) for arxiv_id, section in stored["entries"]),
        counts={str(name): int(number) for name, number in stored["counts"].items()},
        files=tuple(
            PublishedFile(str(one["path"]), str(one["sha256"]), int(one["size"]))
            for one in stored["files"]
        ),
        run_id=stored["run_id"],
        override_reason=stored["override_reason"],
        overridden=tuple(map(str, stored["overridden"])),
        settings=stored["settings"],
        program=stored["program"],
        settings_only=bool(stored["settings_only"]),
    )


def _target(name: str) -> str:
    """Return a target's name, which becomes part of the names of files."""
    if not _TARGET.fullmatch(name):
        raise ValueError(f"{name!r} is no target")
    return name


def _instant(text: str) -> datetime:
    """Return an instant in UTC; one without a zone cannot be compared with the others."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text} is no instant") from error
