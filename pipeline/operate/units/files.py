"""Files of units, and how they are printed as one text."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnitFile:
    """One file of a kind of units."""

    name: str
    text: str


def as_one_text(files: Sequence[UnitFile]) -> str:
    """Return the files one after another, each below a comment with its name."""
    if len(files) == 1:
        return files[0].text
    return "\n".join(f"# ---- {file.name}\n{file.text}" for file in files)
