"""Define what a publishing target builds, before anything is written."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class BuiltFile:
    """One file of a target, ready to be written."""

    path: Path
    data: bytes
    #: the content it was made from; another one is not replaced. None: whatever is there
    made_from: bytes | None = None
    #: lines that the target's own template writes, such as the one that loads a style sheet; the
    #: gate would take them for active content in any text that was not written by the program
    own_lines: frozenset[str] = frozenset()
    #: the HTML that a reader's program takes out of a file of another format, for the gate
    markup: str = ""


@dataclass(frozen=True, slots=True)
class Build:
    """What one target would publish; building it needs no clock and no network."""

    #: `list` or `digest:2026-W12`
    target: str
    files: tuple[BuiltFile, ...]
    #: every (arXiv ID, section ID) that the target publishes
    entries: tuple[tuple[str, str], ...]
    #: the one record of numbers, such as papers and sections
    counts: Mapping[str, int]
    #: the same keys, counted from the rendered bytes
    recounted: Mapping[str, int]
    #: one sentence each, shown to the operator
    notes: tuple[str, ...] = ()
    #: it follows the decisions as they stand: files shrink and go with them
    rolling: bool = False
    #: the papers that it lists and says to be withdrawn at arXiv
    marked_withdrawn: frozenset[str] = frozenset()
    #: of a rolling target: when something that it shows last changed; None: not known
    changed_at: datetime | None = None
    #: of a rolling target: files that it wrote before and no longer has, to be removed
    gone: tuple[Path, ...] = ()

    @property
    def papers(self) -> frozenset[str]:
        """The arXiv IDs of the published papers."""
        return frozenset(arxiv_id for arxiv_id, _ in self.entries)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that a build is made of, and the build itself, which is slow."""

    #: values whose `repr` is the same for the same content
    parts: tuple[object, ...]
    build: Callable[[], Build]


def digest_of(files: Iterable[BuiltFile]) -> str:
    """Return one sha256 for names and contents of files, wherever they are written."""
    parts = sorted((file.path.name, hashlib.sha256(file.data).hexdigest()) for file in files)
    return hashlib.sha256("\n".join(f"{name}\0{part}" for name, part in parts).encode()).hexdigest()
