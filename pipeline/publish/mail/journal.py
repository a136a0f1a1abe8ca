"""Keep the receipt of a mailing in a file outside of the database, one line an event.

A line is on the disk before the next step is taken, so that a killed process leaves at most one
mail of which it is not known whether it was handed over. A restored database does not rewind it.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from config.errors import LivingSurveyError
from config.files import put_new, read_regular
from config.json_toml import load_json
from storage.mail_types import FrozenRecipient, MailEvent, Mailing, MailKind, RecordedMailing

_SUFFIX = ".jsonl"
#: other users may not see who receives mail
_MODE = 0o600


class JournalError(LivingSurveyError):
    """A receipt cannot be read, so it is not known who has the mail already."""


class Journal:
    """The open receipt of a mailing; the caller holds the lock of mail."""

    def __init__(self, file: BinaryIO, last: int) -> None:
        self._file = file
        self._last = last

    def note(
        self,
        subscriber_id: str,
        kind: MailKind,
        at: datetime,
        *,
        detail: str = "",
        code: int = 0,
        temporary: bool = False,
    ) -> MailEvent:
        """Write an event, and return when it is on the disk."""
        event = MailEvent(self._last + 1, subscriber_id, kind, at, detail, code, temporary)
        self._file.write(_line(_event_row(event)))
        self._file.flush()
        os.fdatasync(self._file.fileno())
        self._last = event.n
        return event


def journal_path(directory: Path, name: str) -> Path:
    """Return where the receipt of a mailing is."""
    return directory / f"{name}{_SUFFIX}"


def journal_names(directory: Path) -> tuple[str, ...]:
    """Return the mailings that have a receipt, sorted."""
    if not directory.is_dir():
        return ()
    return tuple(
        sorted(
            path.name.removesuffix(_SUFFIX)
            for path in directory.glob(f"2*{_SUFFIX}")
            if path.is_file()
        )
    )


def begin_journal(directory: Path, recorded: RecordedMailing) -> None:
    """Write the fixed recipients of a mailing, and events if there are any; whole or not at all.

    Raises:
        FileExistsError: the mailing has a receipt.
        OSError: it cannot be written.
    """
    mailing = recorded.mailing
    head: dict[str, object] = {
        "mailing": mailing.name,
        "id": mailing.mailing_id,
        "frozen_at": mailing.frozen_at.isoformat(),
        "weeks": mailing.weeks,
        "digest": mailing.digest,
        "recipients": len(mailing.recipients),
    }
    rows = [
        head,
        *map(_recipient_row, mailing.recipients),
        *map(_event_row, recorded.events),
    ]
    put_new(journal_path(directory, mailing.name), b"".join(map(_line, rows)), mode=_MODE)


def read_journal(directory: Path, name: str) -> RecordedMailing | None:
    """Return a mailing from its receipt; None: it has none.

    A last line that a killed process left unfinished is not read.

    Raises:
        JournalError: the receipt cannot be read.
    """
    path = journal_path(directory, name)
    try:
        content = read_regular(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, str(error.strerror or error).lower()) from error
    whole = content[: content.rfind(b"\n") + 1].decode("utf-8", "replace").splitlines()
    number = 0
    try:
        rows: list[dict[str, Any]] = []
        for number, line in enumerate(whole, 1):  # noqa: B007  # named in the message
            rows.append(load_json(line))
        return _recorded(rows)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise _unreadable(path, f"line {number} is not one of ours") from error


@contextmanager
def open_journal(directory: Path, name: str) -> Iterator[Journal]:
    """Open the receipt of a mailing for further events.

    Raises:
        JournalError: there is none, or it cannot be read.
    """
    recorded = read_journal(directory, name)
    path = journal_path(directory, name)
    if recorded is None:
        raise _unreadable(path, "it does not exist")
    last = recorded.events[-1].n if recorded.events else 0
    with path.open("r+b") as file:
        content = file.read()
        # What a killed process did not finish is cut off.
        file.truncate(content.rfind(b"\n") + 1)
        file.seek(0, os.SEEK_END)
        yield Journal(file, last)


def _recorded(rows: list[dict[str, Any]]) -> RecordedMailing:
    head, *rest = rows
    number = head["recipients"]
    if len(rest) < number:
        raise ValueError(number)
    recipients = tuple(
        FrozenRecipient(one["to"], one["key"], one["language"], tuple(one["sections"]))
        for one in rest[:number]
    )
    mailing = Mailing(
        head["mailing"],
        head["id"],
        datetime.fromisoformat(head["frozen_at"]),
        tuple(head["weeks"]),
        head["digest"],
        recipients,
    )
    events = tuple(map(_event, rest[number:]))
    if [one.n for one in events] != list(range(1, len(events) + 1)):
        raise ValueError(len(events))
    return RecordedMailing(mailing, events)


def _event(row: dict[str, Any]) -> MailEvent:
    return MailEvent(
        row["n"],
        row["to"],
        MailKind(row["what"]),
        datetime.fromisoformat(row["at"]),
        row.get("detail", ""),
        row.get("code", 0),
        row.get("temporary", False),
    )


def _recipient_row(one: FrozenRecipient) -> dict[str, object]:
    return {
        "to": one.subscriber_id,
        "key": one.address_key,
        "language": one.language,
        "sections": one.sections,
    }


def _event_row(event: MailEvent) -> dict[str, object]:
    row: dict[str, object] = {
        "n": event.n,
        "to": event.subscriber_id,
        "what": event.kind.value,
        "at": event.at.isoformat(),
        "detail": event.detail,
        "code": event.code,
        "temporary": event.temporary,
    }
    return {key: value for key, value in row.items() if value or key in {"n", "to"}}


def _line(row: dict[str, object]) -> bytes:
    return json.dumps(row, ensure_ascii=True).encode("ascii") + b"\n"


def _unreadable(path: Path, why: str) -> JournalError:
    return JournalError(
        f"The receipt {path} cannot be read: {why}.",
        hint="No mail was sent, because it says who has one. Put back the file from a copy.",
    )
