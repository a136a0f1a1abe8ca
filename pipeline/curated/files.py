"""Find the Markdown files of a list that is named by files and directories."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from config.errors import UsageError

_SUFFIXES = frozenset({".md", ".markdown"})
#: files of a repository that list no papers, by their name in lower case
_OTHERS = frozenset(
    {
        *("authors", "changelog", "code_of_conduct", "contributing", "contributors", "governance"),
        *("license", "maintainers", "pull_request_template", "security", "support"),
    }
)


def list_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return the files in order, each once; of a directory the Markdown files below it.

    `README.md` is the first of a directory, the others follow by name. Hidden directories are left
    out, and files such as `CONTRIBUTING.md`.

    Raises:
        UsageError: a directory holds no Markdown file, or cannot be read.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        for file in _markdown_in(path) if path.is_dir() else (path,):
            found.setdefault(file.absolute(), file)
    return tuple(found.values())


def _markdown_in(directory: Path) -> Sequence[Path]:
    files = sorted(_below(directory), key=lambda path: (len(path.parts), *_order(path)))
    if not files:
        raise UsageError(
            f"The directory {directory} holds no Markdown file.",
            hint="Name the files of the list, or a directory with files that end in .md.",
        )
    return files


def _below(directory: Path) -> Iterator[Path]:
    waiting = [directory]  # no recursion, because directories may be a thousand deep
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(place) as entries:
                shown = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            raise UsageError(
                f"The directory {place} cannot be read: {(error.strerror or 'unknown').lower()}.",
                hint="Let this user read it, or name the files of the list one by one.",
            ) from error
        for entry in shown:
            path = place / entry.name
            if entry.is_dir():
                waiting += [] if entry.is_symlink() else [path]
            elif path.suffix.lower() in _SUFFIXES and path.stem.lower() not in _OTHERS:
                yield path


def _order(path: Path) -> tuple[bool, str]:
    return path.stem.lower() != "readme", str(path)
