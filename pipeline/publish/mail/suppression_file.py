"""Keep reasons for suppression in a file outside of the database, which a restore leaves alone."""

import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from config.files import read_regular
from config.json_toml import load_json
from pipeline.publish.mail.journal import JournalError
from storage.mail_types import SuppressionEvent, SuppressionKind

_NAME = "suppressions.jsonl"


def read_suppressions(directory: Path) -> tuple[SuppressionEvent, ...]:
    """Return every event; a last line that a killed process left unfinished is not read.

    Raises:
        JournalError: the file cannot be read.
    """
    path = directory / _NAME
    try:
        content = read_regular(path)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise _unreadable(path, str(error.strerror or error).lower()) from error
    try:
        lines = content[: content.rfind(b"\n") + 1].splitlines()
        return tuple(_event(load_json(line)) for line in lines)
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(path, "a line is not one of ours") from error


def add_suppressions(directory: Path, events: Iterable[SuppressionEvent]) -> int:
    """Add the events that are not in the file; return how many. The caller holds the mail lock."""
    known = {event.event_id for event in read_suppressions(directory)}
    new = {event.event_id: event for event in events if event.event_id not in known}
    if not new:
        return 0
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / _NAME
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        file.truncate(file.read().rfind(b"\n") + 1)
        file.seek(0, os.SEEK_END)
        file.write(b"".join(map(_line, new.values())))
        file.flush()
        os.fsync(file.fileno())
    return len(new)


def _event(row: dict[str, Any]) -> SuppressionEvent:
    return SuppressionEvent(
        row["id"],
        row["key"],
        SuppressionKind(row["kind"]),
        datetime.fromisoformat(row["at"]),
        row["source"],
        row["detail"],
        tuple(row["lifts"]),
    )


def _line(event: SuppressionEvent) -> bytes:
    row = {
        "id": event.event_id,
        "key": event.address_key,
        "kind": event.kind.value,
        "at": event.at.isoformat(),
        "source": event.source,
        "detail": event.detail,
        "lifts": event.lifts,
    }
    return json.dumps(row).encode("ascii") + b"\n"


def _unreadable(path: Path, why: str) -> JournalError:
    return JournalError(
        f"The file of suppressed addresses {path} cannot be read: {why}.",
        hint="No mail was sent, because it says who must not get any. Put it back from a copy.",
    )
