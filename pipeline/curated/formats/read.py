"""Read the files of a list, each in its format."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from config.errors import UsageError
from config.files import read_regular
from pipeline.curated.agreement import Known
from pipeline.curated.files import list_files
from pipeline.curated.formats.bibtex import read_bibtex
from pipeline.curated.formats.kinds import Format, format_of
from pipeline.curated.formats.record_file import decoded
from pipeline.curated.formats.table import read_table
from pipeline.curated.parse import ScannedFile, parse_files, scan_file
from pipeline.curated.types import CuratedList, CuratedListError, ListFile, joined


@dataclass(frozen=True, slots=True)
class ScannedList:
    """The files of a list, in order: Markdown before anything is known, the others read."""

    parts: tuple[ScannedFile | CuratedList, ...]

    @property
    def arxiv_ids(self) -> frozenset[str]:
        """All IDs that the files name."""
        return frozenset(arxiv_id for part in self.parts for arxiv_id in _ids_of(part))


def _ids_of(part: ScannedFile | CuratedList) -> Iterable[str]:
    if isinstance(part, ScannedFile):
        return part.arxiv_ids
    claimed = [
        *(one.arxiv_ids for one in part.entries),
        *(one.arxiv_ids for one in part.unreadable),
    ]
    return (one.base for ids in claimed for one in ids)


def open_list(paths: Iterable[Path]) -> tuple[ListFile, ...]:
    """Return the files of a list; of a directory those with Markdown.

    Raises:
        UsageError: one cannot be opened, or a directory has no Markdown file.
        CuratedListError: one is of a format that cannot be read, or all are empty.
    """
    files = tuple(ListFile(str(path), _read(path)) for path in list_files(paths))
    for one in files:
        format_of(one)
    if not any(file.data.strip() for file in files):
        names = " and ".join(file.name for file in files)
        raise CuratedListError(
            f"{names} {'is' if len(files) == 1 else 'are'} empty.", hint="Name the list's file."
        )
    return files


def scan_list(files: Iterable[ListFile]) -> ScannedList:
    """Read each file as far as that is possible before anything is known of its papers.

    Raises:
        CuratedListError: a file is not text, or a table has no column of titles.
    """
    return ScannedList(
        tuple(
            scan_file(file) if format_of(file) is Format.MARKDOWN else _read_records(file)
            for file in files
        )
    )


def read_scanned(scanned: ScannedList, known: Mapping[str, Known] | None = None) -> CuratedList:
    """Read the scanned files; `known` holds arXiv's titles and authors by ID."""
    markdown = [part for part in scanned.parts if isinstance(part, ScannedFile)]
    parsed = iter(parse_files(markdown, known))
    return joined(next(parsed) if isinstance(part, ScannedFile) else part for part in scanned.parts)


def read_files(files: Iterable[ListFile], known: Mapping[str, Known] | None = None) -> CuratedList:
    """Read all files: `scan_list` and `read_scanned` in one."""
    return read_scanned(scan_list(files), known)


def read_list(paths: Iterable[Path], known: Mapping[str, Known] | None = None) -> CuratedList:
    """Read the list that files and directories hold: `open_list` and `read_files` in one."""
    return read_files(open_list(paths), known)


def _read_records(file: ListFile) -> CuratedList:
    if not file.data.strip():
        return CuratedList((file,), (), (), (), (), ())
    reader = read_bibtex if format_of(file) is Format.BIBTEX else read_table
    return reader(decoded(file))


def _read(path: Path) -> bytes:
    try:
        return read_regular(path)
    except OSError as error:
        raise UsageError(
            f"The curated list {path} cannot be read: {(error.strerror or 'unknown').lower()}.",
            hint="Check survey.list in the settings, or name the file with `--list`.",
        ) from error
