"""Put a survey into one file from which a new machine publishes the same bytes.

It holds what the settings name below their directory: the database as a checked copy, the settings,
taxonomy, list, models and everything published. Secrets, raw responses and logs stay behind and are
named.
"""

import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path, PurePosixPath

from config.errors import LivingSurveyError
from config.files import open_regular, replacing
from config.schema import SECTIONS, Settings
from config.secret import SECRET_ENDS
from pipeline.publish.verify import verify
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.access_state import strip_access
from storage.backup import back_up
from storage.departures import departures_path
from storage.engine.paths import real_path
from storage.publication_notes import notes_path

#: what a new machine makes anew: raw responses, the request rate, logs
_LEFT_KEYS = frozenset({("arxiv", "archive"), ("arxiv", "limiter"), ("log", "file")})
#: endings of the database's own files that hold keys
_KEY_ENDS = ("-key", ".key")
#: who may read the bundle and its database, which hold the addresses of readers
_PRIVATE = 0o600
_RECORD, _SUMS = "handover.json", "SHA256SUMS"


class HandoverError(LivingSurveyError):
    """What is published is not what the database gives, so a new machine would publish others."""


@dataclass(frozen=True, slots=True)
class HandoverReport:
    """What a bundle holds."""

    path: Path
    files: int
    bytes: int
    #: targets whose files were built again and compared
    verified: tuple[str, ...]
    #: paths that are not in it, with the reason
    left_out: tuple[tuple[str, str], ...]
    #: variables of the environment that set something; names alone
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Packed:
    name: str
    sha256: str
    size: int


def hand_over(services: Services, run: Run, target: Path) -> HandoverReport:
    """Verify everything published, then write the bundle.

    Raises:
        HandoverError: something published cannot be built again with the same bytes, or the file
            exists.
        StorageError: the database cannot be copied.
    """
    settings = services.settings
    if target.exists() or target.is_symlink():
        raise HandoverError(f"{target} exists already.", hint="Name another file.")
    verified = verify(services, run)
    different = [one.target for one in verified if one.found]
    if different:
        raise HandoverError(
            f"{', '.join(different)} would not be published with the same bytes.",
            hint="`living-survey verify` names the differences; publish again or restore the files,"
            " then hand over.",
        )
    with services.open_store() as store:
        published = [
            settings.root / file.path for act in store.publications.latest() for file in act.files
        ]
        has_accounts = store.accounts.exist()
        has_tokens = bool(store.api_tokens.all())
    left_out = dict(_left_out(settings))
    inside = sorted(_inside(settings, published, left_out))
    if has_accounts:
        left_out["passwords and sessions of accounts"] = (
            "secrets of people: `living-survey reviewer password NAME` sets new ones"
        )
    if has_tokens:
        left_out["tokens of the JSON API"] = (
            "secrets of people: they end in the bundle; `living-survey token create` makes new ones"
        )
    advance = run.progress("handing over", len(inside))
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".handover-") as scratch:
        copy = Path(scratch) / "copy.duckdb"
        back_up(
            settings.database.path,
            copy,
            busy_timeout_seconds=settings.database.busy_timeout_seconds,
        )
        strip_access(copy, services.clock(), actor="handover")
        packed: list[_Packed] = []
        with (
            replacing(target) as part,
            part.open("wb") as raw,
            gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as zipped,
            tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as bundle,
        ):
            os.fchmod(raw.fileno(), _PRIVATE)
            database = _named(settings.database.path, settings.root)
            packed.append(_pack(bundle, copy, database, mode=_PRIVATE))
            for path, name in _beside(settings.database.path, database):
                packed.append(_pack(bundle, path, name, mode=_PRIVATE))
            for path in inside:
                packed.append(_pack(bundle, path, _named(path, settings.root)))
                advance()
            record = _record(services, packed, left_out)
            packed.append(_pack_bytes(bundle, record, _RECORD))
            sums = "".join(f"{one.sha256}  {one.name}\n" for one in packed)
            _pack_bytes(bundle, sums.encode(), _SUMS)
    size = target.stat().st_size
    run.count(files=len(packed), bytes=size)
    return HandoverReport(
        path=target,
        files=len(packed),
        bytes=size,
        verified=tuple(one.target for one in verified),
        left_out=tuple(sorted(left_out.items())),
        variables=tuple(sorted(settings.variables)),
    )


def _paths_of(settings: Settings) -> Iterator[tuple[str, str, Path]]:
    """Yield every path that the settings name, with section and key."""
    for section in SECTIONS:
        own = getattr(settings, section)
        for key in type(own).model_fields:
            value = getattr(own, key)
            for path in value if isinstance(value, tuple) else (value,):
                if isinstance(path, Path):
                    yield section, key, path


def _left_out(settings: Settings) -> Iterator[tuple[str, str]]:
    for section, key, path in _paths_of(settings):
        if not path.exists():
            continue
        if key.endswith(SECRET_ENDS):
            yield str(path), f"a secret ([{section}] {key}): carry it over by hand"
        elif (section, key) in _LEFT_KEYS:
            yield str(path), f"made anew ([{section}] {key})"
        elif not path.is_relative_to(settings.root):
            yield str(path), f"outside of {settings.root} ([{section}] {key})"
    database = real_path(settings.database.path)
    for path in sorted(database.parent.glob(f"{database.name}*")):
        if path.name.endswith(_KEY_ENDS):
            yield str(path), "a secret of readers' links: carry it over by hand"


def _inside(
    settings: Settings, published: Iterable[Path], left_out: dict[str, str]
) -> Iterator[Path]:
    """Yield the files to pack; what is no regular file is added to those left out."""
    wanted = [path for _, _, path in _paths_of(settings)]
    wanted += [*published, *([settings.file.resolve()] if settings.file else ())]
    skipped = [Path(path) for path in left_out]
    seen: set[Path] = set()
    for named in wanted:
        # Recorded paths can have `..` in them, which would lead out of the bundle.
        for file in _files_below(Path(os.path.normpath(named))):
            if file in seen or any(file == one or one in file.parents for one in skipped):
                continue
            if _is_of_database(file, settings) or not file.is_relative_to(settings.root):
                continue
            seen.add(file)
            if file.is_symlink() or not file.is_file():
                left_out[str(file)] = "no regular file"
                continue
            yield file


def _beside(database: Path, packed: str) -> Iterator[tuple[Path, str]]:
    """Yield what a backup restored later needs: who left, what was published; with its name."""
    departures, notes = departures_path(real_path(database)), notes_path(database)
    if departures.is_file() and not departures.is_symlink():
        yield departures, departures_path(Path(packed)).as_posix()
    for path in sorted(notes.glob("*.json")):
        if path.is_symlink():  # it may lead to any file
            continue
        yield path, f"{packed}.publications/{path.name}"


def _files_below(path: Path) -> Iterator[Path]:
    if not path.is_dir() or path.is_symlink():
        if path.exists() or path.is_symlink():
            yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            yield Path(folder) / name


def _is_of_database(file: Path, settings: Settings) -> bool:
    """Return whether a file is the database or one beside it, which the copy replaces."""
    database = real_path(settings.database.path)
    return file.parent == database.parent and file.name.startswith(database.name)


def _named(path: Path, root: Path) -> str:
    if path.is_relative_to(root):
        return PurePosixPath(path.relative_to(root)).as_posix()
    return path.name


def _record(services: Services, packed: Iterable[_Packed], left_out: dict[str, str]) -> bytes:
    document = {
        "program": f"living-survey {metadata.version('living-survey')}",
        "made_at": services.clock().isoformat(),
        "files": {one.name: {"sha256": one.sha256, "bytes": one.size} for one in packed},
        "left_out": left_out,
        "variables": sorted(services.settings.variables),
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _pack(bundle: tarfile.TarFile, path: Path, name: str, *, mode: int = 0o644) -> _Packed:
    with open_regular(path) as file:
        return _pack_bytes(bundle, file.read(), name, mode=mode)


def _pack_bytes(bundle: tarfile.TarFile, data: bytes, name: str, *, mode: int = 0o644) -> _Packed:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    member.mode = mode
    bundle.addfile(member, io.BytesIO(data))
    return _Packed(name, hashlib.sha256(data).hexdigest(), len(data))
