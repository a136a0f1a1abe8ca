"""Keep what was posted on the disk until it is recorded, because `mail send` may hold the receipts.

A file has the bytes of one request and is named after them, so that the same request again is the
same file. Beside them is what was counted: events by name, without any address.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.files import put_in_place, read_regular
from config.json_toml import load_json

_DIRECTORY = "webhook"
_COUNTS = "webhook-events.json"
_MODE = 0o600
#: requests that wait at most
_MOST = 10_000
#: names that are kept
_MOST_NAMES = 50


@dataclass(frozen=True, slots=True)
class Unknown:
    """Events of a kind that this version does not know."""

    name: str
    number: int
    last: str


@dataclass(frozen=True, slots=True)
class WebhookState:
    """What a person should know of the webhook."""

    #: requests that are not recorded yet
    waiting: int = 0
    unknown: tuple[Unknown, ...] = ()
    #: the address by which Amazon SNS wants a subscription to be confirmed
    confirm: str = ""


def keep_request(directory: Path, body: bytes) -> bool:
    """Write a request to the disk; return False if too many wait."""
    folder = directory / _DIRECTORY
    path = folder / f"{hashlib.sha256(body).hexdigest()}.json"
    if not path.exists() and len(_paths(directory)) >= _MOST:
        return False
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    put_in_place(path, body, mode=_MODE)
    return True


def kept_requests(directory: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield the requests that wait, the first first."""
    for path in _paths(directory):
        try:
            yield path, read_regular(path)
        except FileNotFoundError:  # another process recorded it
            continue


def count_unknown(
    directory: Path, names: Mapping[str, int], at: datetime, *, confirm: str | None = None
) -> None:
    """Add to what was counted; the caller holds the lock of mail.

    Args:
        directory: `[mail] journal`.
        names: of events, with how many there were.
        at: when they were recorded.
        confirm: the address that SNS names; empty: its subscription is confirmed. None: neither.
    """
    before = webhook_state(directory)
    if not names and confirm in {None, before.confirm}:
        return
    numbers = Counter({one.name: one.number for one in before.unknown})
    last = {one.name: one.last for one in before.unknown}
    for name, number in names.items():
        if name in numbers or len(numbers) < _MOST_NAMES:
            numbers[name] += number
            last[name] = at.isoformat(timespec="seconds")
    document = {
        "unknown": [
            {"name": name, "number": number, "last": last[name]}
            for name, number in sorted(numbers.items())
        ],
        "confirm": before.confirm if confirm is None else confirm,
    }
    directory.mkdir(parents=True, exist_ok=True)
    put_in_place(directory / _COUNTS, json.dumps(document, indent=1).encode(), mode=_MODE)


def webhook_state(directory: Path) -> WebhookState:
    """Return what waits and what was counted; a file that is not ours counts as none."""
    waiting = len(_paths(directory))
    try:
        found = load_json(read_regular(directory / _COUNTS))
        unknown = tuple(Unknown(o["name"], o["number"], o["last"]) for o in found["unknown"])
        return WebhookState(waiting, unknown, found["confirm"])
    except (OSError, ValueError, KeyError, TypeError):
        return WebhookState(waiting)


def _paths(directory: Path) -> list[Path]:
    found = []
    for path in (directory / _DIRECTORY).glob("*.json"):
        try:
            found.append((path.stat().st_mtime_ns, path))
        except FileNotFoundError:
            continue
    return [path for _, path in sorted(found)]
