"""Remember beside the database who left, so that an older database cannot bring them back.

The file has one JSON object a line and holds no address: the consent that ended, and the salted
hash of the address. It is written before the database commits, because after a crash between the
two it is better to send somebody no mail than to send it against their will.
"""

import json
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from config.files import open_regular
from storage.errors import StorageError

_log = logging.getLogger(__name__)
_PRIVATE = 0o600
#: kinds about mails that ask to confirm
_OF_MAILBOXES = frozenset({"declined", "allowed"})
#: of a suggestion, whose ID is in the place of the consent: name and address are erased
_FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class Departure:
    """The end of one consent."""

    #: None: no consent stood
    consent_id: str | None
    address_key: str
    #: `left` or `deleted`; of a mailbox `declined` or `allowed`; of a suggestion `forgotten`
    kind: str
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Departures:
    """What the file says."""

    #: consents that ended -> the departure; `deleted` if the address was deleted later
    consents: dict[str, Departure] = field(default_factory=dict)
    #: salted hashes of addresses that left
    keys: frozenset[str] = frozenset()
    #: salted hashes of mailboxes -> whether they want no mail that asks them to confirm
    declined: dict[str, bool] = field(default_factory=dict)
    #: IDs of suggestions whose names were taken back
    forgotten: frozenset[str] = frozenset()


def departures_path(database: Path) -> Path:
    """Return the file of a database, `survey.duckdb.departures`."""
    return database.with_name(database.name + ".departures")


def note_departures(database: Path, departures: Iterable[Departure]) -> None:
    """Append departures; only warn if that fails, because leaving must work on a full disk too."""
    path = departures_path(database)
    lines = "".join(
        json.dumps(
            {
                "consent": one.consent_id,
                "address_key": one.address_key,
                "kind": one.kind,
                "at": one.happened_at.isoformat(),
            }
        )
        + "\n"
        for one in departures
    )
    if not lines:
        return
    try:
        descriptor = os.open(
            path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, _PRIVATE
        )
        with os.fdopen(descriptor, "r+b") as file:
            size = file.seek(0, os.SEEK_END)
            if size:
                file.seek(size - 1)
                if file.read(1) != b"\n":  # a line that was written in part
                    lines = "\n" + lines
            file.write(lines.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        _log.warning(
            "%s cannot be written (%s), so a restored older database could bring back somebody who"
            " leaves now. Free space there.",
            path,
            error.strerror,
        )


def read_departures(database: Path) -> Departures:
    """Return what the file of a database says; lines that were written in part are skipped.

    Raises:
        StorageError: it cannot be read.
    """
    path = departures_path(database)
    try:
        with open_regular(path) as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return Departures()
    except OSError as error:
        raise StorageError(
            f"{path} cannot be read ({error.strerror}), so it is unknown who left.",
            hint="Give this user permission to read it, or restore it from your copy.",
        ) from error
    consents: dict[str, Departure] = {}
    deleted: set[str] = set()
    keys: set[str] = set()
    declined: dict[str, bool] = {}
    forgotten: set[str] = set()
    for line in reversed(lines):
        one = _departure(line)
        if one is None:
            continue
        if one.kind in _OF_MAILBOXES:
            declined.setdefault(one.address_key, one.kind == "declined")
            continue
        if one.kind == _FORGOTTEN:
            forgotten.update({one.consent_id or ""})
            continue
        keys.add(one.address_key)
        if one.kind == "deleted":
            deleted.add(one.address_key)
        if one.consent_id is not None:
            # Somebody who left, came back and was deleted then is deleted as of the first time too.
            kind = "deleted" if one.address_key in deleted else "left"
            consents.setdefault(one.consent_id, replace(one, kind=kind))
    return Departures(consents, frozenset(keys), declined, frozenset(forgotten))


def note_forgotten(database: Path, suggestion_id: str, at: datetime) -> None:
    """Remember that a person took back the name given with a suggestion."""
    note_departures(database, [Departure(suggestion_id, "", _FORGOTTEN, at)])


def _departure(line: bytes) -> Departure | None:
    try:
        stored = json.loads(line)
        consent = stored["consent"]
        return Departure(
            None if consent is None else str(consent),
            str(stored["address_key"]),
            stored["kind"] if stored["kind"] in {"deleted", _FORGOTTEN, *_OF_MAILBOXES} else "left",
            _instant(stored["at"]),
        )
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def _instant(text: str) -> datetime:
    """Return an instant; one without a zone is read as UTC, because who left must stay away."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
