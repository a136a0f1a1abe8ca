"""Read a file of people who agreed elsewhere: an address a line, or CSV with named columns."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from config.errors import UsageError
from config.files import open_regular
from config.taxonomy import Taxonomy
from config.visible import one_line, shortened
from pipeline.publish.subscribers.address import Address, AddressError, address_key, parse_address
from storage.subscriber_types import Choices, Rhythm

#: column -> how other programs call it, in lower case
_NAMES: Mapping[str, frozenset[str]] = {
    "address": frozenset(
        {"address", "email", "e-mail", "mail", "email address", "e-mail address", "邮箱"}
    ),
    "language": frozenset({"language", "lang"}),
    "sections": frozenset({"sections", "section"}),
    "rhythm": frozenset({"rhythm", "frequency"}),
    "consented_on": frozenset({"consented_on", "consented_at", "optin_time", "confirm_time"}),
}
#: characters of a line; an address has 254
_LONGEST_LINE = 10_000
_SURPLUS = "The line has more cells than the first line names, so this one was not read."
_NO_DAY = (
    "It says no day on which the person agreed (2026-03-17). "
    "--consented-on DAY gives one for all such lines."
)
_LANGUAGES = frozenset({"en", "zh"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person of the file."""

    line: int
    address: Address
    key: str
    choices: Choices
    consented_on: date


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line whose person cannot be added."""

    line: int
    reason: str
    #: what stands there, on one line
    text: str


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What a file says."""

    people: tuple[Candidate, ...]
    rejected: tuple[Rejected, ...]
    #: lines with the address of an earlier line
    repeated: int


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for people of whom the file does not say it."""

    choices: Choices = field(default_factory=Choices)
    #: None: each line must say it
    consented_on: date | None = None


class _LineError(Exception):
    """What is wrong with a line."""


def read_import_file(
    path: Path,
    *,
    salt: bytes,
    taxonomy: Taxonomy,
    defaults: Defaults,
    today: date,
) -> ReadFile:
    """Return the people of a file.

    Each line is read alone, so that a stray quotation mark spoils one line and no other. The first
    line names the columns, or is an address itself.

    Raises:
        UsageError: it cannot be read, or none of its columns has addresses.
    """
    try:
        with open_regular(path) as file:
            return _read(file.read().splitlines(), salt=salt, row=_rows(taxonomy, defaults, today))
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.", hint="Name a file of addresses."
        ) from error


_Row = Callable[[Mapping[str, str]], tuple[Address, Choices, date]]


def _read(lines: Sequence[bytes], *, salt: bytes, row: _Row) -> ReadFile:
    people: dict[str, Candidate] = {}
    rejected: list[Rejected] = []
    repeated = 0
    columns: Sequence[str] | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip(b"\xef\xbb\xbf \t"):
            continue
        try:
            cells = _cells(line)
            if columns is None:
                columns = _columns(cells)
                if columns is not None:
                    continue
                columns = ()
        except _LineError as error:
            rejected.append(_rejected(number, str(error), line.decode("utf-8", "replace")))
            continue
        surplus = cells[len(columns) :] if columns else ()
        rejected += [_rejected(number, _SURPLUS, cell) for cell in surplus if "@" in cell]
        for named in _people(columns, cells):
            try:
                address, choices, day = row(named)
            except (_LineError, AddressError) as error:
                reason = error.fault.value if isinstance(error, AddressError) else str(error)
                text = ",".join(cells if columns else named.values())
                rejected.append(_rejected(number, reason, text))
                continue
            key = address_key(address, salt)
            repeated += key in people
            people.setdefault(key, Candidate(number, address, key, choices, day))
    return ReadFile(tuple(people.values()), tuple(rejected), repeated)


def _people(columns: Sequence[str], cells: Sequence[str]) -> list[Mapping[str, str]]:
    """Return what a line says of each person; without column names every address is one."""
    if columns:
        return [dict(zip(columns, cells, strict=False))]
    return [{"address": cell} for cell in cells if "@" in cell] or [{"address": cells[0]}]


def _rejected(number: int, reason: str, text: str) -> Rejected:
    return Rejected(number, reason, shortened(one_line(text[:300]), 100))


def _cells(line: bytes) -> list[str]:
    if len(line) > _LONGEST_LINE:
        raise _LineError(f"The line has more than {_LONGEST_LINE:,} characters.")
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _LineError("The line is not UTF-8.") from None
    if "\0" in text:
        raise _LineError("The line has a NUL character.")
    between = ";" if ";" in text and "," not in text else "\t" if "\t" in text else ","
    try:
        # an apostrophe stands before what a spreadsheet would calculate, also in our own exports
        return [
            cell[1:] if cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@"} else cell
            for cell in next(csv.reader([text], delimiter=between))
        ]
    except csv.Error as error:
        raise _LineError(f"The line is not CSV: {error}.") from None


def _columns(cells: Iterable[str]) -> Sequence[str] | None:
    """Return the columns that a first line names, or None if it has an address itself."""
    named = [cell.strip().lower() for cell in cells]
    known = [
        next((column for column, names in _NAMES.items() if name in names), "") for name in named
    ]
    if "address" in known:
        return known
    if any("@" in name for name in named):
        return None
    raise UsageError(
        "The file has no column of addresses.",
        hint="Name one `address` in its first line, or write an address a line.",
    )


def _rows(taxonomy: Taxonomy, defaults: Defaults, today: date) -> _Row:
    known = [section.id for section in taxonomy.sections]

    def row(cells: Mapping[str, str]) -> tuple[Address, Choices, date]:
        address = parse_address(cells.get("address", ""))
        language = cells.get("language", "").strip().lower() or defaults.choices.language
        rhythm = cells.get("rhythm", "").strip().lower() or defaults.choices.rhythm.value
        named = cells.get("sections", "").replace(",", ";").split(";")
        wanted = {one.strip() for one in named if one.strip()}
        if language not in _LANGUAGES:
            raise _LineError("The language is neither en nor zh.")
        if rhythm not in set(Rhythm):
            raise _LineError("The rhythm is neither weekly nor monthly.")
        if not wanted <= set(known):
            raise _LineError("A section does not exist; `living-survey sections` lists all.")
        sections = tuple(one for one in known if one in wanted) or defaults.choices.sections
        return address, Choices(language, sections, Rhythm(rhythm)), _day(cells)

    def _day(cells: Mapping[str, str]) -> date:
        given = cells.get("consented_on", "").strip()
        if not given and defaults.consented_on is not None:
            return defaults.consented_on
        try:
            day = date.fromisoformat(given[:10])
        except ValueError:
            raise _LineError(_NO_DAY) from None
        if day > today:
            raise _LineError("The day on which the person agreed is in the future.")
        return day

    return row
