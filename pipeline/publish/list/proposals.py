"""Propose changes of entries that stand in the list: withdrawn, moved, published elsewhere since.

A proposal is a change of its own, so that a maintainer can take one and leave another.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from config.taxonomy import Taxonomy
from pipeline.curated.insertion.edits import Edit
from pipeline.curated.insertion.escape import escaped
from pipeline.curated.insertion.extents import Extent
from pipeline.curated.insertion.insert import Insertions, insert_papers
from pipeline.curated.insertion.layout import Layout, read_layout
from pipeline.curated.insertion.removal import removal_of
from pipeline.curated.insertion.types import NewPaper
from pipeline.curated.types import ListFile
from pipeline.publish.list.facts import Facts

#: `arXiv 2024` or `Preprint` outside a link or address
_SERVER = re.compile(r"(?<![\w/.\[-])(?:arXiv|Preprint)(?:,? ?(?:19|20)\d\d)?(?![\w:.\]-]|\()")
_LONGEST_VENUE = 80
#: moves looked at in one build, because each reads the list again
_MOST_MOVES = 20


class ProposalKind(StrEnum):
    """Why an entry should change."""

    WITHDRAWAL = "withdrawals"
    MOVE = "moves"
    PUBLICATION = "publications"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of one entry."""

    kind: ProposalKind
    arxiv_id: str
    sentence: str
    #: none: it can only be said
    edits: tuple[Edit, ...]


def find_proposals(made: Insertions, facts: Facts, taxonomy: Taxonomy) -> tuple[Proposal, ...]:
    """Return what should change in the entries that the list had before."""
    layouts = [read_layout(made.curated, number) for number in range(len(made.curated.files))]
    entries = [(layout, extent) for layout in layouts for extent in layout.extents]
    found = [
        one
        for layout, extent in entries
        for one in (_withdrawal(layout, extent, facts), _publication(layout, extent, facts))
        if one is not None
    ]
    return (*found, *_moves(made.curated.files, entries, facts, taxonomy))


def _id_of(extent: Extent) -> str:
    return extent.entry.arxiv_id.base if extent.entry.arxiv_id else ""


def _withdrawal(layout: Layout, extent: Extent, facts: Facts) -> Proposal | None:
    arxiv_id = _id_of(extent)
    if arxiv_id in facts.withdrawn:
        why = "is withdrawn at arXiv"
    elif arxiv_id in facts.taken_back:
        why = "is no longer approved"
    else:
        return None
    span = removal_of(layout, extent)
    edits = (Edit(layout.name, *span, b""),) if span else ()
    sentence = f"{arxiv_id} {why}; the list names it in line {extent.entry.line}."
    return Proposal(ProposalKind.WITHDRAWAL, arxiv_id, sentence, edits)


def _publication(layout: Layout, extent: Extent, facts: Facts) -> Proposal | None:
    arxiv_id = _id_of(extent)
    venue = facts.published_at.get(arxiv_id, "")
    said = (extent.entry.venue or "").lower()
    if not venue or (said and not _SERVER.match(extent.entry.venue or "")):
        return None
    sentence = f'{arxiv_id} is now published: "{venue[:_LONGEST_VENUE]}".'
    raw = layout.data[extent.start : extent.end].decode()
    server = _SERVER.search(raw)
    edits: tuple[Edit, ...] = ()
    if server and extent.is_whole:
        start = extent.start + len(raw[: server.start()].encode())
        text = escaped(venue[:_LONGEST_VENUE], is_html=extent.is_html, in_row=extent.block == "row")
        end = start + len(server[0].encode())
        edits = (Edit(layout.name, start, end, text.encode()),)
    return Proposal(ProposalKind.PUBLICATION, arxiv_id, sentence, edits)


def _moves(
    files: Sequence[ListFile],
    entries: Sequence[tuple[Layout, Extent]],
    facts: Facts,
    taxonomy: Taxonomy,
) -> Iterator[Proposal]:
    """Yield papers that a person decided into other sections than the list has them in."""
    decided = {paper.arxiv_id: (paper, sections) for paper, sections in facts.papers}
    stands: dict[str, list[tuple[Layout, Extent, str]]] = {}
    for layout, extent in entries:
        section = taxonomy.section_at(extent.entry.headings)
        if section is not None and _id_of(extent) in decided:
            stands.setdefault(_id_of(extent), []).append((layout, extent, section.id))
    moved = [
        (arxiv_id, places)
        for arxiv_id, places in stands.items()
        if not {its for _, _, its in places} & set(decided[arxiv_id][1])
    ]
    for arxiv_id, places in moved[:_MOST_MOVES]:
        paper, sections = decided[arxiv_id]
        layout, extent, stands_in = places[0]
        sentence = (
            f"{arxiv_id} stands in {stands_in} in line {extent.entry.line} and was decided into"
            f" {', '.join(sections)}."
        )
        edits = _moved(files, layout, extent, (paper, sections[:1]), taxonomy)
        yield Proposal(ProposalKind.MOVE, arxiv_id, sentence, edits if len(places) == 1 else ())


def _moved(
    files: Sequence[ListFile],
    layout: Layout,
    extent: Extent,
    decided: tuple[NewPaper, Sequence[str]],
    taxonomy: Taxonomy,
) -> tuple[Edit, ...]:
    span = removal_of(layout, extent)
    if span is None:
        return ()
    start, end = span
    without = layout.data[:start] + layout.data[end:]
    others = [ListFile(file.name, without) if file.name == layout.name else file for file in files]
    made = insert_papers(others, [decided], taxonomy)
    if len(made.inserted) != 1:
        return ()
    (new,) = made.inserted
    behind = new.file == layout.name and new.offset > start
    offset = new.offset + (end - start if behind else 0)
    return (Edit(layout.name, start, end, b""), Edit(new.file, offset, offset, new.data))
