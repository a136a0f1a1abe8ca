"""Define faults as data: what goes wrong, on which channel, at which request.

A fault file is TOML (`[[fault]]` tables) or JSON (a list, or an object with a list `fault`) with
the fields of `Fault`; docs/explanation/replica.md lists the kinds.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, get_args

from config.errors import UsageError
from config.files import read_regular
from pipeline.demo.replica.log import Channel

#: the longest hang, so that a forgotten fault cannot block a test suite
LONGEST_HANG_SECONDS = 120.0


class Kind(StrEnum):
    """What goes wrong."""

    # another response
    STATUS = "status"
    RATE_EXCEEDED = "rate-exceeded"
    HTML = "html"
    REDIRECT = "redirect"
    ENTITY_BOMB = "entity-bomb"
    REQUIRE_ACCEPT = "require-accept"
    # a response broken on the way
    TRUNCATED = "truncated"
    SHORT_BODY = "short-body"
    RESET = "reset"
    HANG = "hang"
    # a well-formed, wrong response
    EMPTY_PAGE = "empty-page"
    SHIFTING_TOTAL = "shifting-total"
    BAD_RESUMPTION_TOKEN = "bad-resumption-token"  # noqa: S105  an OAI error, no secret
    NO_RECORDS_MATCH = "no-records-match"
    DUPLICATES = "duplicates"
    STALE_FEED = "stale-feed"
    MISSING_RANGE = "missing-range"
    # one wrong record in the response
    CONTROL_CHARACTERS = "control-characters"
    BAD_DATE = "bad-date"
    MISSING_FIELD = "missing-field"
    MANY_AUTHORS = "many-authors"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault and when it occurs. Fields that a kind does not use are ignored."""

    kind: Kind
    #: None: on every channel
    channel: Channel | None = None
    #: 1-based numbers of the channel's requests that fail; empty: all
    requests: tuple[int, ...] = ()
    #: applies only while the replica's clock is before this instant
    until: datetime | None = None
    #: status: the status; redirect: 301 unless given
    status: int | None = None
    #: status: the header as it is sent, seconds or an HTTP date; None sends none
    retry_after: str | None = None
    #: status: the body, instead of the usual one of that status
    body: str | None = None
    #: redirect: where to
    location: str = "https://example.org/elsewhere"
    #: truncated, short-body, reset: which part of the body is sent
    fraction: float = 0.5
    #: hang: how long, at most LONGEST_HANG_SECONDS
    seconds: float = 60.0
    #: shifting-total: by how much; duplicates: how many records; many-authors: how many names
    amount: int | None = None
    #: 0-based position of the corrupted record in the page; None draws one by the seed
    record: int | None = None
    #: missing-field: the element without prefix (`license`); bad-date: as written in the page
    field: str | None = None
    #: missing-range: the first and the last missing id
    first_id: str = ""
    last_id: str = ""
    seed: int = 0

    def strikes(self, channel: Channel | None, number: int, now: datetime) -> bool:
        """Whether it applies to the `number`-th request of that channel at that instant."""
        return (
            (self.channel is None or self.channel is channel)
            and (not self.requests or number in self.requests)
            and (self.until is None or now < self.until)
        )


def load_faults(path: Path) -> tuple[Fault, ...]:
    """Read a fault file.

    Raises:
        UsageError: it cannot be read, or has an unknown field or value.
    """
    try:
        data = read_regular(path)
        read = json.loads(data) if path.suffix == ".json" else tomllib.loads(data.decode())
    except (OSError, ValueError) as error:
        raise UsageError(
            f"The fault file {path} cannot be read: {error}.", hint="It is TOML, or JSON in .json."
        ) from error
    tables = read if isinstance(read, list) else read.get("fault", [])
    if not tables:
        raise UsageError(f"{path} declares no fault.", hint="Each fault is a [[fault]] table.")
    faults = []
    for number, table in enumerate(tables, start=1):
        try:
            faults.append(read_fault(table))
        except ValueError as error:
            raise UsageError(f"{path}, fault {number}: {error}.") from error
    return tuple(faults)


def read_fault(table: Mapping[str, Any]) -> Fault:
    """Turn one table of a fault file into a fault.

    Raises:
        ValueError: a field or value is unknown; the message suggests the nearest.
    """
    known = {field.name: field.type for field in fields(Fault)}
    for name in table:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f", did you mean {near[0]!r}" if near else ""
            raise ValueError(f"unknown field {name!r}{hint}")
    if "kind" not in table:
        raise ValueError("kind is missing")
    return Fault(**{name: _value(name, known[name], value) for name, value in table.items()})


def _value(name: str, declared: object, value: object) -> Any:
    if name == "kind":
        return _member(Kind, name, value)
    if name == "channel":
        return _member(Channel, name, value)
    if name == "requests":
        numbers = value if isinstance(value, list) else [value]
        if not all(isinstance(number, int) and number > 0 for number in numbers):
            raise ValueError("requests counts from 1")
        return tuple(numbers)
    if name == "until":
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        if moment.tzinfo is None:
            raise ValueError("until needs a time zone")
        return moment.astimezone(UTC)
    if name == "retry_after":
        return str(value)
    types = get_args(declared) if isinstance(declared, UnionType) else (declared,)
    if float in types and isinstance(value, int):
        return float(value)
    if not isinstance(value, tuple(one for one in types if isinstance(one, type))):
        raise ValueError(f"{name} {value!r} has the wrong type")  # noqa: TRY004  a file's value
    return value


def _member(kinds: type[StrEnum], name: str, value: object) -> StrEnum:
    try:
        return kinds(str(value))
    except ValueError:
        names = [str(one) for one in kinds]
        near = get_close_matches(str(value), names, n=1) or names
        raise ValueError(f"unknown {name} {value!r}, did you mean {', '.join(near)}") from None
