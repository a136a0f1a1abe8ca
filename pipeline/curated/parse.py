"""Parse the curated Markdown list into entries with exact byte spans.

Formats: the survey's own (`+ **[Venue] Title** (12 Feb 2025)<details>...`, badges below) and common
forms of other lists (`- [Title](link)`, `1. **Title** ...`, tables).
"""

from pathlib import Path

from config.errors import UsageError
from config.files import read_regular
from pipeline.curated.blocks import Block, outline
from pipeline.curated.entries import ListFormat, is_bare, read_entry, unreadable
from pipeline.curated.types import CuratedList, Entry, UnreadableEntry

_DEFAULT_FORMAT = ListFormat()


def read_list(path: Path, list_format: ListFormat = _DEFAULT_FORMAT) -> CuratedList:
    """Read the list of a file.

    Raises:
        UsageError: the file cannot be opened.
        CuratedListError: it is not UTF-8.
    """
    try:
        data = read_regular(path)
    except OSError as error:
        raise UsageError(
            f"The curated list {path} cannot be read: {(error.strerror or 'unknown').lower()}.",
            hint="Check survey.list in the settings, or name the file with `--list`.",
        ) from error
    return parse_list(data, list_format)


def parse_list(data: bytes, list_format: ListFormat = _DEFAULT_FORMAT) -> CuratedList:
    """Parse a whole list; unreadable entries are reported with their line.

    Raises:
        CuratedListError: the file is not UTF-8.
    """
    found = outline(data)
    entries: list[Entry] = []
    faults: list[UnreadableEntry] = []
    bare: list[Block] = []
    for block in found.blocks:
        match read_entry(block, list_format):
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
        data,
        found.headings,
        tuple(entries),
        tuple(sorted(faults, key=lambda fault: fault.line)),
    )
