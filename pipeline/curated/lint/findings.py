"""What a rule finds, and the edit that would fix it."""

from dataclasses import dataclass

from pipeline.curated.lint.catalogue import RULES, Code, Level
from pipeline.curated.types import Span


@dataclass(frozen=True, slots=True)
class Edit:
    """A text to put in the place of some bytes of a file."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a list: where, which rule, what and what to do."""

    file: str
    line: int
    rule: Code
    level: Level
    #: one sentence each
    message: str
    remedy: str
    title: str | None = None
    arxiv_id: str | None = None
    #: first and last line of the entry or line that it concerns
    lines: tuple[int, int] = (0, 0)
    #: what `--fix` does, all of it or nothing
    edits: tuple[Edit, ...] = ()


def found(
    code: Code,
    file: str,
    line: int,
    message: str,
    remedy: str,
    *,
    title: str | None = None,
    arxiv_id: str | None = None,
    lines: tuple[int, int] | None = None,
    edits: tuple[Edit, ...] = (),
) -> Finding:
    """Return a finding of a rule, on its line or on the lines of an entry."""
    return Finding(
        file,
        line,
        code,
        RULES[code].level,
        message,
        remedy,
        title,
        arxiv_id,
        lines or (line, line),
        edits,
    )
