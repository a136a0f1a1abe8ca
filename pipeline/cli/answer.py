"""What a command returns: a report for machines and its text for people."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    right: bool = False
    #: cut where the terminal is too narrow
    flexible: bool = False
    #: on a narrow terminal whole, on a line of its own below the others; the last column only
    below: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column names; cells are printed as they are, never as markup."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A line printed in bold."""

    text: str


#: a string is one line; foreign text in it is never read as markup
Text = tuple[str | Heading | Table, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a command."""

    #: what `--json` prints
    report: object
    text: Text = ()
    #: lines for stderr, with and without `--json`
    notes: tuple[str, ...] = ()
    #: exit status: 0, 1 if something was left undone, 75 if it may succeed later
    status: int = 0


def table(columns: Iterable[Column], rows: Iterable[Iterable[object]]) -> Table:
    """Return a table of these cells as strings."""
    return Table(tuple(columns), tuple(tuple(str(cell) for cell in row) for row in rows))
