"""One exported paper: its current record, and the approval that lets it out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.taxonomy import Section, Taxonomy
from storage.paper_key import doi_of, key_address, key_stem
from storage.types import Decision, Paper, Verdict

#: note of a paper that its authors or arXiv withdrew
WITHDRAWN = "Withdrawn at arXiv"
#: signs that would need escapes are left out: readers take a DOI as it is
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d{1,9}){0,4}/[^\s{}\\%#$&\"]{1,200}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """An approved paper. Texts are as stored: each format cleans and escapes them itself."""

    paper: Paper
    #: IDs in the taxonomy's order, then those that it does not have
    sections: tuple[str, ...]
    #: English, of the sections that the taxonomy has
    section_names: tuple[str, ...]
    tasks: tuple[str, ...]
    modalities: tuple[str, ...]
    techniques: tuple[str, ...]
    approved_at: datetime
    reviewer: str
    note: str | None

    @property
    def key(self) -> str:
        """The citation key: it depends on the paper's key only, so it stays for ever."""
        doi = doi_of(self.paper.arxiv_id)
        return key_stem(self.paper.arxiv_id) if doi else f"arXiv:{self.paper.arxiv_id}"

    @property
    def url(self) -> str:
        """The page of the paper's current version."""
        return key_address(self.paper.arxiv_id)

    @property
    def arxiv_id(self) -> str:
        """The arXiv ID; empty for a paper that is not at arXiv."""
        return "" if doi_of(self.paper.arxiv_id) else self.paper.arxiv_id

    @property
    def doi(self) -> str | None:
        """The paper's own DOI, or the first sound one of its journal version.

        arXiv separates several by blanks.
        """
        if (own := doi_of(self.paper.arxiv_id)) is not None:
            return own if _DOI.fullmatch(own) else None
        return next(filter(_DOI.fullmatch, (self.paper.doi or "").split()), None)


def records_of(
    approvals: Iterable[Decision], papers: Mapping[str, Paper], taxonomy: Taxonomy
) -> tuple[ExportRecord, ...]:
    """Return the records of these standing approvals, sorted by arXiv ID.

    Raises:
        ValueError: a decision is no approval; nothing else may be exported.
    """
    known = {section.id: section for section in taxonomy.sections}
    return tuple(
        _record(decision, papers[decision.arxiv_id], known)
        for decision in sorted(approvals, key=lambda one: one.arxiv_id)
    )


def _record(decision: Decision, paper: Paper, known: Mapping[str, Section]) -> ExportRecord:
    if decision.verdict is not Verdict.APPROVED or decision.undone_by is not None:
        raise ValueError(f"{decision.arxiv_id} is not approved")
    own = dict.fromkeys(decision.sections)
    placed = [section for section in known.values() if section.id in own]
    return ExportRecord(
        paper=paper,
        sections=(*(section.id for section in placed), *(id_ for id_ in own if id_ not in known)),
        section_names=tuple(section.names["en"] for section in placed),
        tasks=_labels([section.task for section in placed]),
        modalities=_labels([section.modality for section in placed]),
        techniques=_labels([section.technique for section in placed]),
        approved_at=decision.decided_at,
        reviewer=decision.reviewer,
        note=decision.note,
    )


def _labels(labels: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(label for label in labels if label is not None))
