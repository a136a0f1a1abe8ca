"""How the command line speaks: one JSON document, or tables that line up; progress on stderr.

Never decides anything. With `--json` nothing but the document goes to stdout.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from math import isfinite
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text


def plain(value: Any) -> Any:
    """Return a report as what JSON can say: dataclasses become objects, instants ISO 8601."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and not isfinite(value):
        return None  # JSON has no word for "cannot be said"
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return [plain(item) for item in items]
    return value


def as_json(document: Any) -> str:
    """Return a report as JSON text, as `--json` prints it."""
    return json.dumps(plain(document), ensure_ascii=False, indent=2) + "\n"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; `flexible` columns give way on a narrow terminal."""

    name: str
    right: bool = False
    flexible: bool = False


class Output:
    """Where a command's answer goes."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._out = Console(highlight=False, soft_wrap=True)
        self._err = Console(highlight=False, stderr=True)

    def answer(self, document: Any) -> None:
        """Print the one JSON document; call it once, and only with `as_json`."""
        sys.stdout.write(as_json(document))

    def line(self, text: str = "", *, style: str = "") -> None:
        """Print one line for people; foreign text in it is never read as markup."""
        if not self.as_json:
            self._out.print(Text(printable(text), style=style))

    def table(self, columns: Sequence[Column], rows: Iterable[Iterable[object]]) -> None:
        """Print a table for people; cells are shown as they are, never as markup."""
        if self.as_json:
            return
        cells = [[printable(str(cell)) for cell in row] for row in rows]
        widest = [
            max([cell_len(column.name), *(cell_len(row[place]) for row in cells)])
            for place, column in enumerate(columns)
        ]
        if self._out.is_terminal:
            widest = _fitted(columns, widest, self._out.width)
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column, width in zip(columns, widest, strict=True):
            justify: JustifyMethod = "right" if column.right else "left"
            table.add_column(column.name, justify=justify, width=width, no_wrap=True)
        for row in cells:
            table.add_row(*(Text(cell, overflow="ellipsis", no_wrap=True) for cell in row))
        # Drawn wider than any terminal: where even the fixed columns do not fit, lines are long,
        # never without their ids; in logs and pipes nothing is cut.
        wide = Console(width=10_000, highlight=False, force_terminal=self._out.is_terminal)
        with wide.capture() as drawn:
            wide.print(table)
        for line in drawn.get().splitlines():
            sys.stdout.write(line.rstrip() + "\n")

    def note(self, text: str) -> None:
        """Print one line to stderr, for what is not the answer."""
        self._err.print(Text(printable(text)), soft_wrap=True)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Show bars on stderr while on a terminal; stay silent elsewhere."""
        with Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self._err,
            transient=True,
            disable=not self._err.is_terminal,
        ) as bars:
            yield bars


def _fitted(columns: Sequence[Column], widest: Sequence[int], width: int) -> list[int]:
    """Return column widths for a terminal: only flexible columns give way, to 16 at the least."""
    flexible = [place for place, column in enumerate(columns) if column.flexible]
    fixed = sum(w for place, w in enumerate(widest) if place not in flexible)
    room = width - fixed - 2 * (len(columns) - 1)
    fitted = list(widest)
    for place in flexible:
        fitted[place] = min(widest[place], max(16, room // len(flexible)))
    return fitted


def printable(text: str) -> str:
    """Return the text without what could steer a terminal: control and direction characters."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)
