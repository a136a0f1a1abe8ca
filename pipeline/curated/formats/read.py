"""Read the files of a list, each in its format."""

import codecs
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from config.errors import UsageError
from config.files import read_regular
from pipeline.curated.agreement import Known
from pipeline.curated.files import list_files
from pipeline.curated.formats.bibtex import read_bibtex
from pipeline.curated.formats.kinds import Format, format_of
from pipeline.curated.formats.table import read_table
from pipeline.curated.parse import parse_files
from pipeline.curated.types import CuratedList, CuratedListError, ListFile, joined

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


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


def read_list(paths: Iterable[Path], known: Mapping[str, Known] | None = None) -> CuratedList:
    """Read the list that files and directories hold: `open_list` and `read_files` in one."""
    return read_files(open_list(paths), known)


def read_files(files: Sequence[ListFile], known: Mapping[str, Known] | None = None) -> CuratedList:
    """Read all files; `known` holds arXiv's titles and authors by ID.

    Raises:
        CuratedListError: a file is not text, or a table has no column of titles.
    """
    markdown = [file for file in files if format_of(file) is Format.MARKDOWN]
    parsed = dict(zip(markdown, parse_files(markdown, known), strict=True))
    return joined(parsed[file] if file in parsed else _read_records(file) for file in files)


def _read_records(file: ListFile) -> CuratedList:
    if not file.data.strip():
        return CuratedList((file,), (), (), (), ())
    reader = read_bibtex if format_of(file) is Format.BIBTEX else read_table
    return reader(file, *_decoded(file))


def _decoded(file: ListFile) -> tuple[str, str, int]:
    """Return the text, its encoding and the bytes of the byte order mark."""
    mark, encoding = next(
        ((mark, name) for mark, name in _BOMS if file.data.startswith(mark)), (b"", "utf-8")
    )
    try:
        return file.data[len(mark) :].decode(encoding), encoding, len(mark)
    except UnicodeDecodeError as error:
        line = file.data.count(b"\n", 0, error.start) + 1
        raise CuratedListError(
            f"{file.name}, line {line} is not UTF-8 text (byte {error.start}).",
            hint="Save it as UTF-8.",
        ) from error


def _read(path: Path) -> bytes:
    try:
        return read_regular(path)
    except OSError as error:
        raise UsageError(
            f"The curated list {path} cannot be read: {(error.strerror or 'unknown').lower()}.",
            hint="Check survey.list in the settings, or name the file with `--list`.",
        ) from error
