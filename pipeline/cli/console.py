"""Print answers: one JSON document or lines and tables on stdout, notes and progress on stderr."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table as RichTable
from rich.text import Text

from config.visible import shortened, visible
from pipeline.cli.answer import Answer, Column, Heading, Table
from pipeline.runtime.json_text import as_json

#: columns of a terminal below which a table may take two lines a row
_NARROW = 100
#: of the second line
_INDENT = 2


class _Terminal(Console):
    """A console that leaves it to `main` to end where its reader has gone, such as `head`."""

    def on_broken_pipe(self) -> None:
        """Say so; Rich would end the process with 1."""
        raise BrokenPipeError


class Output:
    """Print the answers of commands: text or one JSON document on stdout, the rest on stderr."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._out = _Terminal(highlight=False, soft_wrap=True)
        self._err = _Terminal(highlight=False, stderr=True)

    def show(self, answer: Answer) -> None:
        """Print an answer; with `as_json` its report is the only text on stdout."""
        if self.as_json:
            sys.stdout.write(as_json(answer.report))
        else:
            for part in answer.text:
                if isinstance(part, Table):
                    self._print_table(part)
                elif isinstance(part, Heading):
                    self._out.print(Text(shortened(visible(part.text)), style="bold"))
                else:
                    self.line(part)
        sys.stdout.flush()
        for note in answer.notes:
            self.note(note)

    def line(self, text: str) -> None:
        """Print one line while a command is still at work; nothing with `as_json`."""
        if not self.as_json:
            self._out.print(Text(visible(text)))

    def note(self, text: str) -> None:
        """Print one line on stderr."""
        self._err.print(Text(visible(text)), soft_wrap=True)

    def _print_table(self, content: Table) -> None:
        if self._out.is_terminal and self._out.width < _NARROW and content.columns[-1].below:
            self._print_above(content)
            return
        for line in self._drawn(content):
            sys.stdout.write(line + "\n")

    def _print_above(self, content: Table) -> None:
        """Print the last column's cells on lines of their own, below the others' line."""
        first = Table(content.columns[:-1], tuple(row[:-1] for row in content.rows))
        head, *lines = self._drawn(first)
        self._out.print(Text.from_ansi(head))
        for line, row in zip(lines, content.rows, strict=True):
            self._out.print(Text.from_ansi(line))
            below = Padding(Text(_cell(row[-1])), (0, 0, 0, _INDENT))
            self._out.print(below, soft_wrap=False)

    def _drawn(self, content: Table) -> list[str]:
        cells = [[_cell(cell) for cell in row] for row in content.rows]
        widths = [
            max([cell_len(column.name), *(cell_len(row[place]) for row in cells)])
            for place, column in enumerate(content.columns)
        ]
        if not self._out.is_terminal:
            names = [column.name for column in content.columns]
            return [_line(content.columns, row, widths) for row in (names, *cells)]
        widths = _fitted(content.columns, widths, self._out.width)
        drawn = RichTable(box=None, pad_edge=False, header_style="bold")
        for column, width in zip(content.columns, widths, strict=True):
            justify: JustifyMethod = "right" if column.right else "left"
            drawn.add_column(column.name, justify=justify, width=width, no_wrap=True)
        for row in cells:
            drawn.add_row(*(Text(cell, overflow="ellipsis", no_wrap=True) for cell in row))
        # Drawn wider than any terminal, so that ids are never cut: where the fixed columns do not
        # fit, lines are long.
        wide = Console(width=10_000, highlight=False, force_terminal=True)
        with wide.capture() as captured:
            wide.print(drawn)
        return [line.rstrip() for line in captured.get().splitlines()]

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Show progress bars on stderr if it is a terminal."""
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


def _line(columns: Sequence[Column], row: Sequence[str], widths: Sequence[int]) -> str:
    """Return one line for logs and pipes, in which nothing is cut."""
    cells = []
    for column, cell, width in zip(columns, row, widths, strict=True):
        blanks = " " * (width - cell_len(cell))
        cells.append(blanks + cell if column.right else cell + blanks)
    return "  ".join(cells).rstrip()


def _fitted(columns: Sequence[Column], widest: Sequence[int], width: int) -> list[int]:
    """Return column widths for a terminal; flexible columns shrink to no less than 16."""
    flexible = [place for place, column in enumerate(columns) if column.flexible]
    fixed = sum(w for place, w in enumerate(widest) if place not in flexible)
    left = width - fixed - 2 * (len(columns) - 1)
    fitted = list(widest)
    for place in flexible:
        fitted[place] = min(widest[place], max(16, left // len(flexible)))
    return fitted


def _cell(text: str) -> str:
    return shortened(visible(text)).replace("\n", " ").replace("\t", " ")
