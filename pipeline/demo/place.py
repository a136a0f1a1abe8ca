"""The demo's directory: make it, and replace an earlier one unless somebody worked in it."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from fnmatch import fnmatch
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from config.errors import LivingSurveyError, TryAgainLaterError, UsageError
from config.files import put_in_place, read_regular
from storage.store import store_opener

#: relative to the directory, as in the default settings
DATABASE = Path("var/survey.duckdb")
_MARKER = ".living-survey-demo"
_SAMPLE = (
    *("papers.jsonl", "listed.jsonl", "cases.jsonl", "changed.jsonl", "list.md"),
    *(f"decisions-w{week:02}.jsonl" for week in (10, 11, 12)),
)
#: what commands write besides; nothing in it was typed by a person
_BY_COMMANDS = (
    *(
        f"{DATABASE}{suffix}"
        for suffix in ("", ".wal", ".lock", ".gate-lock", ".run-lock", ".publish-lock")
    ),
    *(f"{DATABASE}{suffix}" for suffix in (".manifest.json", ".review-key", ".jobs.json")),
    *(f"{DATABASE}{suffix}" for suffix in (".backup-lock", ".claims.json", ".claims-lock")),
    *("var/limiter*", "var/archive/*", "var/models/*", "var/reports/*"),
)
_DIGESTS = "var/digests/*"
_NAMED = 3


def prepare(directory: Path, settings: str, *, until: datetime, replace: bool) -> Path:
    """Fill the directory with the sample and the settings; return the settings' path.

    Args:
        directory: new, empty, or an earlier demo's.
        settings: the settings file's content.
        until: the last moment at which the walk itself decides.
        replace: also replace a demo in which somebody decided or wrote.

    Raises:
        UsageError: the directory contains something else, or somebody's work.
        TryAgainLaterError: another process uses the database in it.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        if not (directory / _MARKER).is_file():
            raise UsageError(
                f"{directory} is not empty and was not created by a demo.",
                hint="Choose another with `--directory`.",
            )
        if not replace and (work := next(_work(directory, until), None)):
            raise UsageError(
                f"{directory} is an earlier demo, but {work}.",
                hint="Choose another with `--directory`, or delete this one and what is in it with "
                "`--replace`.",
            )
        shutil.rmtree(directory)
    directory.mkdir(parents=True, exist_ok=True)
    _mark(directory, decisions=None)  # first, so that an interrupted demo is known as one
    for name in _SAMPLE:
        with as_file(files("pipeline.demo.sample") / name) as source:
            shutil.copyfile(source, directory / name)
    path = directory / "living-survey.toml"
    path.write_text(settings, encoding="utf-8")
    _mark(directory, decisions=None)
    return path


def finish(directory: Path) -> None:
    """Keep what the walk left, so that later work of a person is recognised."""
    with store_opener(directory / DATABASE)() as store:
        decisions = store.decisions.last_event()
        store.checkpoint()
    _mark(directory, decisions=decisions)


def _mark(directory: Path, *, decisions: int | None) -> None:
    marker = {
        "about": "Made by `living-survey demo`, which may delete it.",
        #: events of decisions after the walk; None: the walk is not finished
        "decisions": decisions,
        "files": {
            name: _hash(directory / name)
            for name in _found(directory)
            if not _is_by_commands(name) and name != _MARKER
        },
    }
    put_in_place(directory / _MARKER, json.dumps(marker, indent=1).encode(), durable=False)


def _work(directory: Path, until: datetime) -> Iterator[str]:
    """Yield what a person did in an earlier demo."""
    try:
        marker = json.loads(read_regular(directory / _MARKER))
        known, decisions = dict(marker["files"]), marker["decisions"]
    except (ValueError, TypeError, KeyError):
        yield "of another version, so that what was done in it since cannot be told"
        return
    finished = decisions is not None
    foreign = [
        name
        for name in sorted({*_found(directory), *known})
        if name != _MARKER
        and not _is_by_commands(name)
        and (finished or not fnmatch(name, _DIGESTS))
        and known.get(name) != _hash(directory / name)
    ]
    if foreign:
        more = f" and {len(foreign) - _NAMED} more" if len(foreign) > _NAMED else ""
        named = ", ".join(foreign[:_NAMED])
        yield f"files in it were added, edited or deleted since: {named}{more}"
    if (directory / DATABASE).exists() and _decided_since(directory / DATABASE, decisions, until):
        yield "decisions were recorded or undone in it since"


def _decided_since(database: Path, decisions: Any, until: datetime) -> bool:
    try:
        with store_opener(database)() as store:
            if decisions is not None:
                return bool(store.decisions.last_event() != decisions)
            kept = store.decisions.recent(store.decisions.count())
    except TryAgainLaterError:
        raise
    except LivingSurveyError:
        return True  # what cannot be read may be somebody's
    return any((each.undone_at or each.decided_at) > until for each in kept)


def _found(directory: Path) -> Iterator[str]:
    """Yield every file and link below the directory, by its relative path."""
    for folder, folders, names in os.walk(directory):
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        for name in (*names, *links):
            yield (Path(folder) / name).relative_to(directory).as_posix()


def _is_by_commands(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in _BY_COMMANDS)


def _hash(path: Path) -> str:
    """Return the hash of a file's content; empty for what is no file."""
    if path.is_symlink() or not path.is_file():
        return ""
    return hashlib.sha256(read_regular(path)).hexdigest()
