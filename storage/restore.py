"""Replace the database by a backup that was examined completely before."""

import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from storage.access_state import end_tokens, forget_access
from storage.adoption import Adoption
from storage.departures import read_departures
from storage.engine.connection import connected
from storage.engine.copying import copy_database, explained
from storage.engine.examine import make_ours, read_everything
from storage.engine.faults import damaged
from storage.engine.interrupted import undo_interrupted_restore
from storage.engine.lease import lease
from storage.engine.manifest import Manifest, check_manifest, take_manifest
from storage.engine.migrate import known_migrations, migrate
from storage.engine.paths import real_path, restoring_path
from storage.engine.session import Session
from storage.engine.swap import swap
from storage.errors import (
    ForeignDatabaseError,
    RestoreLosesError,
    SchemaVersionError,
    StorageError,
    StoreDamagedError,
    StoreNotWritableError,
)
from storage.integrity import Integrity
from storage.losses import keys_of, losses_sentence, lost_by
from storage.publication_notes import read_notes
from storage.store import increment_generation
from storage.subscribers import Subscribers
from storage.suggestions import Suggestions

_OTHER_FILE = "Nothing was replaced. Name a file that `living-survey backup` wrote."


@dataclass(frozen=True, slots=True)
class AdoptedPublication:
    """A publication that the backup did not know."""

    target: str
    person: str
    begun_at: datetime
    papers: int


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """Contents of the restored database."""

    path: Path
    papers: int
    decisions: int
    predictions: int
    #: new path of the replaced database
    kept: Path | None = None
    #: rows of the replaced database that the backup does not hold, by what they are
    lost: Mapping[str, int] = field(default_factory=dict)
    #: people who left the list of subscribers since the backup, recorded in it again
    departed: int = 0
    #: publications since the backup, recorded in it again, the oldest first
    adopted: tuple[AdoptedPublication, ...] = ()
    #: views and macros that were not this program's and were replaced
    redefined: tuple[str, ...] = ()
    #: tokens of the API that were in force
    ended_tokens: int = 0


def restore(
    backup: Path,
    database: Path,
    *,
    now: datetime,
    busy_timeout_seconds: float,
    accept_faults: bool = False,
    force: bool = False,
) -> RestoreReport:
    """Replace the database by a backup, with its WAL if it has one; keep the old file.

    Args:
        backup: a file of `back_up`, or a replaced database that was kept.
        database: of the survey; a symbolic link stays, and the file behind it is replaced.
        now: names the kept file.
        busy_timeout_seconds: the longest wait for the database.
        accept_faults: restore a backup whose rows are inconsistent.
        force: replace the database although it holds what the backup does not.

    Raises:
        RestoreLosesError: the database holds what the backup does not; nothing was replaced.
        ForeignDatabaseError: the backup is not a survey database.
        SchemaVersionError: the backup is newer than this program.
        StoreDamagedError: a block of the backup is damaged, or its rows are inconsistent.
        StorageError: a file is missing or cannot be written.
        StoreBusyError: another program has one of the files open.
    """
    if not backup.is_file():
        raise StorageError(
            f"There is no database {backup}.",
            hint="Name the file that `living-survey backup` wrote.",
        )
    database = real_path(database)
    with lease(database, timeout_seconds=busy_timeout_seconds) as left:
        fresh = restoring_path(database)
        undo_interrupted_restore(database)
        try:
            with explained(backup, fresh):
                copy_database(backup, fresh)
            with (
                _about(backup, fresh),
                connected(fresh, timeout_seconds=left, name=backup) as connection,
            ):
                session = Session(connection, before_commit=increment_generation)
                redefined = _examined(session, backup, accept_faults)
                departures = read_departures(database)
                departed = Subscribers(session).apply_departures(departures, now)
                Suggestions(session).erase_forgotten(departures.forgotten)
                adopted = Adoption(session).adopt(read_notes(database), now)
                # some of them were ended since the backup
                forget_access(session, passwords=False)
                ended_tokens = end_tokens(session, now, actor="restore")
                held = keys_of(session)
                contents = take_manifest(session)
                session.checkpoint()
            lost = lost_by(database, held, timeout_seconds=left)
            if lost and not force:
                raise _loses(backup, lost)
            kept = swap(fresh, database, contents, now=now, timeout_seconds=left)
        finally:
            undo_interrupted_restore(database)
    return RestoreReport(
        database,
        contents.papers,
        contents.decisions,
        contents.predictions,
        kept,
        lost,
        departed,
        tuple(
            AdoptedPublication(one.target, one.person, one.begun_at, len(one.papers))
            for one in adopted
        ),
        redefined,
        ended_tokens,
    )


def _loses(backup: Path, lost: Mapping[str, int]) -> RestoreLosesError:
    command = f"living-survey restore {shlex.quote(str(backup))} --force"
    return RestoreLosesError(
        f"The database holds what {backup} does not: {losses_sentence(lost)}.",
        hint=f"Nothing was replaced. `{command}` does it, and keeps the database beside.",
    )


def _examined(
    session: Session,
    backup: Path,
    accept_faults: bool,  # noqa: FBT001  passed on by `restore`
) -> tuple[str, ...]:
    """Read the copy, migrate it and make its views ours; return the names of those views."""
    present = take_manifest(session)
    if present == Manifest():
        raise ForeignDatabaseError(f"{backup} is not a survey database.", hint=_OTHER_FILE)
    check_manifest(backup, present)
    read_everything(session)
    migrate(session, known_migrations())
    redefined = make_ours(session)
    faults = Integrity(session).faults()
    if faults and not accept_faults:
        named = ", ".join(f"{fault.what}: {fault.rows}" for fault in faults)
        raise StoreDamagedError(
            f"{backup} is inconsistent ({named}).",
            hint="Nothing was replaced. Restore another backup, or this one with --accept-faults.",
        )
    return redefined


@contextmanager
def _about(backup: Path, fresh: Path) -> Iterator[None]:
    """Let errors name the backup, and the remedy for a backup."""
    try:
        yield
    except SchemaVersionError as error:
        raise SchemaVersionError(
            f"{backup} cannot be restored: {error.message}",
            hint="Nothing was replaced. Install the version of living-survey that wrote it.",
        ) from error
    except ForeignDatabaseError as error:
        message = error.message.replace("The database", str(backup), 1)
        raise ForeignDatabaseError(message, hint=_OTHER_FILE) from error
    except StoreNotWritableError as error:
        message = error.message.replace(str(backup), str(fresh), 1)
        raise StoreNotWritableError(message, hint=error.hint) from error
    except StoreDamagedError as error:
        hint = error.hint if error.hint.startswith("Nothing was") else _OTHER_FILE
        raise StoreDamagedError(error.message, hint=hint) from error
    except duckdb.Error as error:
        raise StoreDamagedError(damaged(backup, error).message, hint=_OTHER_FILE) from error
