"""Read a whole list again after insertions, and keep those that leave every other entry as it was.

The parts of a list bear on each other, so a section that reads well alone is no proof.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.curated.agreement import Known
from pipeline.curated.insertion.edits import Edit, edited
from pipeline.curated.insertion.reread import is_read_back, whole
from pipeline.curated.insertion.section import Inserted
from pipeline.curated.insertion.types import NewPaper
from pipeline.curated.parse import ScannedFile, parse_files, scan_again
from pipeline.curated.types import CuratedList, Entry, ListFile, joined


@dataclass(frozen=True, slots=True)
class Proof:
    """A list before, with what is needed to read it again."""

    scanned: Sequence[ScannedFile]
    curated: CuratedList
    papers: Mapping[str, NewPaper]

    def proven(self, inserted: Sequence[Inserted]) -> tuple[list[Inserted], list[Inserted]]:
        """Return what can be inserted, and what would change another entry or not read back."""
        if self._holds(inserted):
            return list(inserted), []
        kept: list[Inserted] = []
        failed: list[Inserted] = []
        # One by one only where a place does not hold, because each step reads the list again. The
        # first at a place has the head of a table, so the others fail with it.
        for _, group in groupby(inserted, key=lambda one: (one.file, one.offset)):
            several = list(group)
            if self._holds([*kept, *several]):
                kept += several
                continue
            for one in several:
                (kept if self._holds([*kept, one]) else failed).append(one)
        return kept, failed

    def _holds(self, inserted: Sequence[Inserted]) -> bool:
        changed = [self._scanned(one, inserted) for one in self.scanned]
        new = {one.arxiv_id for one in inserted}
        read = joined(parse_files(changed)).entries
        others = [whole(entry) for entry in read if not _is_of(entry, new)]
        if others != [whole(entry) for entry in self.curated.entries]:
            return False
        own = [entry for entry in read if _is_of(entry, new)]
        if len(own) != len(inserted):
            known = {one: Known((self.papers[one].title,), self.papers[one].authors) for one in new}
            read = joined(parse_files(changed, known)).entries
            own = [entry for entry in read if _is_of(entry, new)]
        return len(own) == len(inserted) and all(
            is_read_back([entry], self.papers[entry.arxiv_id.base], entry.headings, exactly=False)
            for entry in own
            if entry.arxiv_id
        )

    def _scanned(self, before: ScannedFile, inserted: Sequence[Inserted]) -> ScannedFile:
        file = before.file
        edits = [
            Edit(one.file, one.offset, one.offset, one.data)
            for one in inserted
            if one.file == file.name
        ]
        return scan_again(ListFile(file.name, edited(file, edits)), before) if edits else before


def _is_of(entry: Entry, ids: set[str]) -> bool:
    return entry.arxiv_id is not None and entry.arxiv_id.base in ids
