"""Insert papers into the files of a list: choose a place and a form, and prove the result.

Every insertion is read back: the section must hold all entries of before as they were, and the new
one with its title, ID, date and headings. A form that does not read back gives way to the next.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from config.taxonomy import Taxonomy
from pipeline.curated.agreement import Known
from pipeline.curated.insertion.choice import of_block
from pipeline.curated.insertion.dates import learn_habits
from pipeline.curated.insertion.edits import Edit, edited
from pipeline.curated.insertion.extents import Extent
from pipeline.curated.insertion.layout import Layout, read_layout
from pipeline.curated.insertion.listed import Listed, find_listed
from pipeline.curated.insertion.order import Steps, count_steps
from pipeline.curated.insertion.proof import Proof
from pipeline.curated.insertion.section import Book, Inserted, insert_at
from pipeline.curated.insertion.sites import NoSiteError, Site, find_site
from pipeline.curated.insertion.templates import names_server, read_templates
from pipeline.curated.insertion.types import Kind, NewPaper
from pipeline.curated.parse import learn_style, parse_files, scan_file
from pipeline.curated.types import CuratedList, ListFile, joined

_NOT_PROVEN = "the list would read differently with it"
#: entries read as examples: at each end of a section, and of the rest of a file
_NEAR = 20
_OTHERS = 80


@dataclass(frozen=True, slots=True)
class Refused:
    """A paper that is not inserted in a section, and why."""

    arxiv_id: str
    section: str
    #: without a full stop
    reason: str


@dataclass(frozen=True, slots=True)
class Insertions:
    """A list with papers inserted."""

    #: as before
    curated: CuratedList
    files: tuple[ListFile, ...]
    #: in the order of the files
    inserted: tuple[Inserted, ...]
    listed: Mapping[str, Listed]
    refused: tuple[Refused, ...]


def insert_papers(
    files: Sequence[ListFile],
    papers: Sequence[tuple[NewPaper, Sequence[str]]],
    taxonomy: Taxonomy,
    known: Mapping[str, Known] | None = None,
) -> Insertions:
    """Insert papers, each in its sections, in the list's own style.

    Args:
        files: of the list, in order.
        papers: each with the IDs of its sections.
        taxonomy: says which headings are which section.
        known: titles and authors at arXiv by ID, of papers that the list names.

    Raises:
        CuratedListError: a file is not UTF-8.
    """
    scanned = [scan_file(file) for file in files]
    style = learn_style(scanned)
    curated = joined(parse_files(scanned, style=style))
    listed = find_listed(curated, [paper for paper, _ in papers], known or {})
    layouts = [read_layout(curated, number) for number in range(len(files))]
    refused: list[Refused] = []
    waiting: dict[tuple[str, int], list[tuple[NewPaper, str]]] = defaultdict(list)
    sites: dict[tuple[str, int], Site] = {}
    for paper, sections in papers:
        for section in sections if paper.arxiv_id not in listed else ():
            try:
                site = find_site(layouts, taxonomy, section, paper)
            except NoSiteError as error:
                refused.append(Refused(paper.arxiv_id, section, str(error)))
                continue
            key = site.layout.name, site.start
            sites[key] = site
            waiting[key].append((paper, section))
    usual = {}
    for layout in layouts:
        examples = _examples(layout, sites.values())
        templates = read_templates(examples, layout.definitions)
        for block in {extent.block for extent in layout.extents}:
            usual[layout.name, block] = of_block(templates, block)
    dates = (
        (piece.text, piece.form)
        for one in usual.values() for template in one.templates for piece in template.pieces
        if piece.kind is Kind.DATE
    )  # fmt: skip
    steps = sum(
        (count_steps([e.entry for e in r.extents]) for la in layouts for r in la.runs), Steps()
    )
    every = [template for one in usual.values() for template in one.templates]
    habits = learn_habits(dates, names_server=names_server(every))
    book = Book(tuple(layouts), usual, habits, style, steps.order)
    inserted: list[Inserted] = []
    for key, site in sorted(sites.items()):
        done, failed = insert_at(site, waiting[key], book)
        inserted += done
        refused += (Refused(arxiv_id, section, reason) for arxiv_id, section, reason in failed)
    order = {file.name: number for number, file in enumerate(files)}
    inserted.sort(key=lambda one: (order[one.file], one.offset))
    proof = Proof(scanned, curated, {paper.arxiv_id: paper for paper, _ in papers})
    proven, misread = proof.proven(inserted)
    refused += (Refused(one.arxiv_id, one.section, _NOT_PROVEN) for one in misread)
    edits = [Edit(one.file, one.offset, one.offset, one.data) for one in proven]
    changed = tuple(ListFile(file.name, edited(file, edits)) for file in files)
    return Insertions(curated, changed, tuple(proven), listed, tuple(refused))


def _examples(layout: Layout, sites: Iterable[Site]) -> list[Extent]:
    """Return the entries that show the list's form: those near the papers, some of the others."""
    near: set[int] = set()
    for site in sites:
        run = site.run or (site.new.model if site.new else None)
        if run is not None and site.layout.name == layout.name:
            near.update(one.place for one in (*run.extents[:_NEAR], *run.extents[-_NEAR:]))
    others = [one for one in layout.extents if one.place not in near]
    step = -(-len(others) // _OTHERS) or 1
    chosen = near | {one.place for one in others[::step]}
    return [one for one in layout.extents if one.place in chosen]
