"""What is wrong with the list by itself: pure checks, each a function from list to faults.

Nothing here asks arXiv or changes a byte. A new check is a function added to `CHECKS`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from pipeline.curated.titles import titles_agree
from pipeline.curated.types import CuratedList, Entry


class FaultKind(StrEnum):
    """The names by which faults are counted and silenced."""

    UNREADABLE = "unreadable"
    NO_ID = "no-id"
    SHARED_ID = "shared-id"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, at the first line it concerns."""

    kind: FaultKind
    line: int
    message: str
    arxiv_id: str | None = None
    #: every line it concerns, the first included
    lines: tuple[int, ...] = ()


Check = Callable[[CuratedList], Iterator[Fault]]


def unreadable_entries(curated: CuratedList) -> Iterator[Fault]:
    """Items that stand where entries stand and cannot be read as one."""
    for item in curated.unreadable:
        yield Fault(FaultKind.UNREADABLE, item.line, item.reason, lines=(item.line,))


def entries_without_id(curated: CuratedList) -> Iterator[Fault]:
    """Entries that lead to no paper at arXiv."""
    for entry in curated.entries:
        if entry.arxiv_id is None:
            message = f"{entry.title!r} has no arXiv id"
            yield Fault(FaultKind.NO_ID, entry.line, message, lines=(entry.line,))


def shared_ids(curated: CuratedList) -> Iterator[Fault]:
    """Ids that stand under titles of different papers: at most one of them is right."""
    for arxiv_id, entries in entries_by_id(curated).items():
        if differing := different_titles(entries):
            titles = ", ".join(repr(title) for title in differing)
            yield Fault(
                FaultKind.SHARED_ID,
                entries[0].line,
                f"{arxiv_id} is used for {len(differing)} papers: {titles}",
                arxiv_id,
                tuple(entry.line for entry in entries),
            )


def repeated_in_section(curated: CuratedList) -> Iterator[Fault]:
    """Ids that stand more than once under the same headings."""
    for arxiv_id, entries in entries_by_id(curated).items():
        places: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for entry in entries:
            places[entry.headings].append(entry.line)
        for headings, lines in places.items():
            if len(lines) > 1:
                where = " > ".join(headings)
                message = f"{arxiv_id} stands {len(lines)} times under {where}"
                yield Fault(FaultKind.REPEATED, lines[0], message, arxiv_id, tuple(lines))


CHECKS: tuple[Check, ...] = (
    unreadable_entries,
    entries_without_id,
    shared_ids,
    repeated_in_section,
)


def find_faults(curated: CuratedList, checks: tuple[Check, ...] = CHECKS) -> tuple[Fault, ...]:
    """Run the checks and return what they found, in the order of the file."""
    found = [fault for check in checks for fault in check(curated)]
    return tuple(sorted(found, key=lambda fault: (fault.line, fault.kind)))


def entries_by_id(curated: CuratedList) -> dict[str, list[Entry]]:
    """Return the entries of each id, both in the order of the file."""
    by_id: dict[str, list[Entry]] = defaultdict(list)
    for entry in curated.entries:
        if entry.arxiv_id is not None:
            by_id[entry.arxiv_id.base].append(entry)
    return dict(by_id)


def different_titles(entries: list[Entry]) -> tuple[str, ...]:
    """Return the titles if they name more than one paper, one title for each; else nothing."""
    titles = list(dict.fromkeys(entry.title for entry in entries))
    if all(titles_agree(one, other) for one, other in combinations(titles, 2)):
        return ()
    kept: list[str] = []
    for title in titles:
        if not any(titles_agree(title, other) for other in kept):
            kept.append(title)
    return tuple(kept)
