"""Read the rows of a file of decisions: JSON lines, a JSON array, or a table (CSV).

A table's columns are found by their names in any order; commas, semicolons and tabs separate them.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.errors import UsageError

#: columns of a table by what they are called, in words without case and punctuation
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "arxiv_id": ("arxiv id", "arxiv", "arxivid", "id", "paper", "paper id", "arxiv number",
                 "identifier", "eprint", "arxiv url", "url", "link"),
    "verdict": ("verdict", "decision", "judgement", "judgment", "label", "included", "include",
                "answer", "vote", "status"),
    "sections": ("sections", "section", "section id", "section ids", "heading", "headings", "topic",
                 "topics"),
    "reviewer": ("reviewer", "reviewed by", "decided by", "by", "rater", "screener", "user"),
    "note": ("note", "notes", "comment", "comments", "remark", "remarks", "why"),
    "reason": ("reason", "reasons", "reason code", "exclusion reason", "reason for exclusion"),
    "return_on": ("return on", "returns on", "until", "defer until", "deferred until"),
    "until_new_version": ("until new version", "new version"),
    "decided_at": ("decided at", "decided", "date", "time", "timestamp", "when"),
    "audit": ("audit",),
    "also": ("also",),
    "if_standing": ("if standing",),
    "if_text": ("if text",),
}  # fmt: skip
#: the keys of a row
KEYS = frozenset(_COLUMNS)
_REQUIRED = ("arxiv_id", "verdict")
_SEPARATORS = ",;\t|"
_WORDS = re.compile(r"[^\W_]+")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}
_TABLE_VERDICTS = {"1": "approve", "0": "reject"}
# as spreadsheets write a text that looks like a number
_TEXT_CELL = re.compile(r"=\"([^\"]*)\"|'([^']*)")
_BETWEEN_VALUES = re.compile(r"[\s,]*")


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its line in the file, or why it cannot be read."""

    line: int
    values: Mapping[str, Any] | None
    fault: str = ""
    #: its sections are one text, which may name several
    table: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """What a file holds."""

    rows: tuple[Row, ...]
    #: columns of a table that say nothing about a decision
    ignored: tuple[str, ...] = ()


def read_rows(text: str, name: str) -> Rows:
    """Return the rows of a file's text; `name` is the file's, for messages.

    Raises:
        UsageError: the file as a whole cannot be read; the message names line and column.
    """
    start = text.lstrip()
    if start.startswith("[") or _is_spread_out(start):
        return Rows(tuple(_values(text, name)))
    if not start or any(line.lstrip().startswith("{") for line in text.split("\n")):
        return Rows(tuple(_json_lines(text)))
    return _table(text, name)


def _is_spread_out(text: str) -> bool:
    """Say whether a text begins with a JSON object over several lines."""
    if not text.startswith("{"):
        return False
    try:
        json.loads(text.partition("\n")[0])
    except (ValueError, RecursionError):
        try:
            json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            return False
        return True
    return False


def _json_lines(text: str) -> Iterator[Row]:
    # not splitlines(), because notes may contain other line separators
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield _object(number, json.loads(line))
        except json.JSONDecodeError as error:
            fault = f"The line is not JSON: {error.msg} at column {error.colno}."
            yield Row(number, None, fault)
        except RecursionError:
            yield Row(number, None, "The line is nested too deeply.")
        except ValueError as error:  # Python reads no integer of more than 4,300 digits
            yield Row(number, None, f"The line cannot be read: {_cause(error)}.")


def _values(text: str, name: str) -> Iterator[Row]:
    """Read the objects of an array, or objects over several lines one after another."""
    decoder = json.JSONDecoder()
    at = len(text) - len(text.lstrip())
    array = text[at] == "["
    at = _skip(text, at + array)
    line, counted = 1, 0
    while at < len(text) and not (array and text[at] == "]"):
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise _not_json(name, error.msg, error.lineno, error.colno) from None
        except RecursionError:
            raise _not_json(name, "nested too deeply", line, 1) from None
        except ValueError as error:  # as above
            raise _not_json(name, _cause(error), line, 1) from None
        yield _object(line, value)
        at = _skip(text, at)
    if array and text[at:].strip() != "]":
        rest = at + 1 if at < len(text) else at
        column = rest - text.rfind("\n", 0, rest)
        cause = "text after the array" if at < len(text) else "the array does not end"
        raise _not_json(name, cause, text.count("\n", 0, rest) + 1, column)


def _cause(error: ValueError) -> str:
    return str(error).partition(";")[0].lower()


def _skip(text: str, at: int) -> int:
    match = _BETWEEN_VALUES.match(text, at)
    return match.end() if match else at


def _object(line: int, value: object) -> Row:
    if not isinstance(value, dict):
        return Row(line, None, "The line is not a JSON object.")
    if unknown := sorted(value.keys() - KEYS):
        known = ", ".join(sorted(KEYS))
        return Row(line, None, f"Unknown key {unknown[0]!r}. Known are {known}.")
    return Row(line, value)


def _table(text: str, name: str) -> Rows:
    first = text.split("\n", 1)[0].strip().lower()
    separator = first[4:] if re.fullmatch(f"sep=[{_SEPARATORS}]", first) else ""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator or _separator(text), strict=True
    )
    rows: list[Row] = []
    columns: dict[str, int] = {}
    heads: list[str] = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not (line == 1 and separator):
                if heads:
                    rows.append(_cells(line, cells, heads, columns))
                else:
                    heads, columns = cells, _columns(cells, name, line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(
            f"{name} cannot be read: {error} in the row that begins in line {line}.",
            hint="Look for a quotation mark without its second.",
        ) from None
    ignored = [head for number, head in enumerate(heads) if number not in columns.values()]
    return Rows(tuple(rows), tuple(head.strip() for head in ignored if head.strip()))


def _separator(text: str) -> str:
    """Return what separates the cells of the first line that is not blank."""
    head = text.lstrip().split("\n", 1)[0]
    return max(_SEPARATORS, key=lambda one: len(_found(_split(head, one))))


def _split(head: str, separator: str) -> Sequence[str]:
    """Return the cells of a line; none where one is too long, as of a line that is no table's."""
    try:
        return next(csv.reader([head], delimiter=separator))
    except csv.Error:
        return ()


def _found(heads: Sequence[str]) -> dict[str, list[int]]:
    """Return the columns of each key, the likeliest first."""
    places: dict[str, list[int]] = {}
    for number, head in enumerate(heads):
        words = " ".join(_WORDS.findall(head.casefold().replace("_", " ")))
        places.setdefault(words, []).append(number)
    found = {
        key: [number for one in names for number in places.get(one, ())]
        for key, names in _COLUMNS.items()
    }
    return {key: numbers for key, numbers in found.items() if numbers}


def _columns(heads: Sequence[str], name: str, line: int) -> dict[str, int]:
    columns = {key: numbers[0] for key, numbers in _found(heads).items()}
    missing = [key for key in _REQUIRED if key not in columns]
    if missing:
        stated = " and ".join(missing)
        raise UsageError(
            f"{name} is neither JSON nor a table that can be read: line {line} names no column"
            f" {stated}.",
            hint="Give JSON lines, a JSON array, or a table whose first row names the columns"
            " arxiv_id, verdict and sections.",
        )
    return columns


def _cells(line: int, cells: list[str], heads: list[str], columns: Mapping[str, int]) -> Row:
    if len(cells) > len(heads):
        fault = f"The row has {len(cells)} cells, but the first row names {len(heads)} columns."
        return Row(line, None, f"{fault} Put a text with separators in quotation marks.")
    values: dict[str, Any] = {
        key: _plain(cells[number]) for key, number in columns.items() if number < len(cells)
    }
    verdict = values.get("verdict", "")
    values["verdict"] = _TABLE_VERDICTS.get(verdict, verdict)
    for key in {"audit", "until_new_version"} & values.keys():
        values[key] = _TRUTH.get(values[key].lower(), values[key])
    return Row(line, values, table=True)


def _plain(cell: str) -> str:
    cell = cell.strip()
    match = _TEXT_CELL.fullmatch(cell)
    return (match[1] or match[2] or "").strip() if match else cell


def _not_json(name: str, cause: str, line: int, column: int) -> UsageError:
    return UsageError(
        f"{name} is not JSON: {cause} at line {line}, column {column}.",
        hint="Nothing was recorded. Correct the file and give it again.",
    )
