"""Parse the curated Markdown list into entries with exact byte spans.

Formats: the survey's own (`+ **[Venue] Title** (12 Feb 2025)<details>...`, badges below) and common
forms of other lists (`- [Title](link)`, `1. **Title** ...`, tables).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from config.errors import UsageError
from config.files import read_regular
from pipeline.curated.agreement import Known
from pipeline.curated.blocks import Block, outline
from pipeline.curated.entries import ListFormat, is_bare, read_entry, unreadable
from pipeline.curated.types import CuratedList, Entry, ListFile, UnreadableEntry

_DEFAULT_FORMAT = ListFormat()


def read_list(
    paths: Path | Sequence[Path], known: Mapping[str, Known] | None = None
) -> CuratedList:
    """Read the list of one or several files.

    Raises:
        UsageError: a file cannot be opened.
        CuratedListError: one is not UTF-8.
    """
    several = [paths] if isinstance(paths, Path) else paths
    return parse_list([ListFile(str(path), _read(path)) for path in several], known)


def parse_list(
    data: bytes | Sequence[ListFile],
    known: Mapping[str, Known] | None = None,  # noqa: ARG001  decides about titles later
) -> CuratedList:
    """Parse a whole list; unreadable entries are reported with their line.

    Args:
        data: one file's bytes, or the files in order.
        known: arXiv's titles and authors by ID.

    Raises:
        CuratedListError: a file is not UTF-8.
    """
    files = (ListFile("list.md", data),) if isinstance(data, bytes) else tuple(data)
    parts = [_parse_file(file) for file in files]
    return CuratedList(
        files,
        tuple(one for part in parts for one in part.headings),
        tuple(one for part in parts for one in part.entries),
        tuple(one for part in parts for one in part.unreadable),
        (),
    )


def _read(path: Path) -> bytes:
    try:
        return read_regular(path)
    except OSError as error:
        raise UsageError(
            f"The curated list {path} cannot be read: {(error.strerror or 'unknown').lower()}.",
            hint="Check survey.list in the settings, or name the file with `--list`.",
        ) from error


def _parse_file(file: ListFile) -> CuratedList:
    found = outline(file.name, file.data)
    entries: list[Entry] = []
    faults: list[UnreadableEntry] = []
    bare: list[Block] = []
    for block in found.blocks:
        match read_entry(block, _DEFAULT_FORMAT):
            case Entry() as entry if is_bare(entry):
                bare.append(block)
            case Entry() as entry:
                entries.append(entry)
            case UnreadableEntry() as fault:
                faults.append(fault)
            case None:
                pass
    # A title alone is an incomplete entry among entries, and bold prose anywhere else.
    places = {entry.headings for entry in entries}
    faults += [
        unreadable(block, "it has no authors, date or link")
        for block in bare
        if block.headings in places
    ]
    return CuratedList(
        (file,),
        found.headings,
        tuple(entries),
        tuple(sorted(faults, key=lambda fault: fault.line)),
        (),
    )
