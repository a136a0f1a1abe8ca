"""Hand on records that the hub could not read, because a survey must know that they exist."""

import re
from collections.abc import Iterable
from datetime import date

from pipeline.ingest.protocol.holdings import Window
from storage.served import UnreadRecord

_DATESTAMP = re.compile(rb"<datestamp>\s{0,9}(\d{4}-\d{2}-\d{2})")
_SET = re.compile(rb"<setSpec>([A-Za-z:-]{1,60})</setSpec>")
_RECORD = b"<record"
#: records and bytes in one answer; the rest is asked for with the next window
_MOST, _MOST_BYTES = 1_000, 4_000_000


def unread_in(window: Window, records: Iterable[UnreadRecord]) -> tuple[bytes, ...]:
    """Return the unread records of a window as they came, apart from those that were read since.

    A record that does not say its sets may be in it.
    """
    chosen: list[bytes] = []
    size = 0
    for record in records:
        raw = record.raw
        day = _day(raw, record.day)
        if not raw.lstrip().startswith(_RECORD) or (record.read and record.read >= day):
            continue
        if not window.first <= day <= window.last or not _is_in(window, raw):
            continue
        size += len(raw)
        if len(chosen) == _MOST or size > _MOST_BYTES:
            break
        chosen.append(raw)
    return tuple(chosen)


def _day(raw: bytes, came: date) -> date:
    match = _DATESTAMP.search(raw)
    try:
        return date.fromisoformat(match[1].decode()) if match else came
    except ValueError:
        return came


def _is_in(window: Window, raw: bytes) -> bool:
    sets = [name.decode() for name in _SET.findall(raw)]
    wanted = window.set_name
    if not sets or wanted is None:
        return True
    return any(name == wanted or name.startswith(f"{wanted}:") for name in sets)
