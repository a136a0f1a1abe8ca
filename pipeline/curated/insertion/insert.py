"""Insert papers into the files of a list: choose a place and a form, and prove the result.

Every insertion is read back: the section must hold all entries of before as they were, and the new
one with its title, ID, date and headings. A form that does not read back gives way to the next.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from config.taxonomy import Taxonomy
from pipeline.curated.agreement import Known
from pipeline.curated.insertion.choice import of_block
from pipeline.curated.insertion.dated_topics import headings_needed, joined_with
from pipeline.curated.insertion.dates import learn_habits
from pipeline.curated.insertion.edits import Edit, edited
from pipeline.curated.insertion.extents import Extent
from pipeline.curated.insertion.layout import Layout, read_layout
from pipeline.curated.insertion.listed import Listed, find_listed
from pipeline.curated.insertion.order import Steps, count_steps
from pipeline.curated.insertion.proof import Proof
from pipeline.curated.insertion.reread import whole
from pipeline.curated.insertion.section import Inserted, Shared, insert_at
from pipeline.curated.insertion.sites import NoSiteError, NoTimeError, Site, find_site
from pipeline.curated.insertion.templates import names_server, read_templates
from pipeline.curated.insertion.types import Kind, NewPaper
from pipeline.curated.markdown.style import Style
from pipeline.curated.parse import ScannedFile, learn_style, parse_files, scan_file
from pipeline.curated.types import CuratedList, ListFile, joined
from storage.paper_key import is_doi_key

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


@dataclass(frozen=True, slots=True)
class _Read:
    """A list as it is read, with the papers that it names already."""

    scanned: Sequence[ScannedFile]
    style: Style
    curated: CuratedList
    layouts: Sequence[Layout]
    listed: Mapping[str, Listed]


@dataclass(frozen=True, slots=True)
class _Places:
    """Where papers go; a place is known by its file and where it begins."""

    sites: Mapping[tuple[str, int], Site]
    #: each with its section, by place
    papers: Mapping[tuple[str, int], Sequence[tuple[NewPaper, str]]]
    refused: Sequence[Refused]
    #: refused because their section has no heading for their day
    undated: Sequence[tuple[NewPaper, str]]


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
    given = [paper for paper, _ in papers]
    read = _read(files, given, known or {})
    places = _places(read, papers, taxonomy)
    wanted = places.undated
    while edits := headings_needed(read.layouts, taxonomy, wanted):
        headed = _read([_edited(file, edits) for file in files], given, known or {})
        if [whole(one) for one in headed.curated.entries] != [
            whole(one) for one in read.curated.entries
        ]:
            break
        made = _written(headed, _places(headed, papers, taxonomy), given)
        done = {(one.arxiv_id, one.section) for one in made.inserted}
        if all((paper.arxiv_id, section) in done for paper, section in wanted):
            inserted = tuple(joined_with(edits, made.inserted))
            return replace(made, curated=read.curated, listed=read.listed, inserted=inserted)
        # No heading is written that would stand without a paper.
        wanted = [one for one in wanted if (one[0].arxiv_id, one[1]) in done]
    return _written(read, places, given)


def _edited(file: ListFile, edits: Sequence[Edit]) -> ListFile:
    return ListFile(file.name, edited(file, edits))


def _read(
    files: Sequence[ListFile], papers: Sequence[NewPaper], known: Mapping[str, Known]
) -> _Read:
    named = (*known, *(paper.arxiv_id for paper in papers))
    held = frozenset(key for key in named if is_doi_key(key))
    scanned = [scan_file(file, held) for file in files]
    style = learn_style(scanned)
    curated = joined(parse_files(scanned, style=style))
    layouts = [read_layout(curated, number) for number in range(len(files))]
    return _Read(scanned, style, curated, layouts, find_listed(curated, papers, known))


def _places(
    read: _Read, papers: Sequence[tuple[NewPaper, Sequence[str]]], taxonomy: Taxonomy
) -> _Places:
    """Find where each paper goes that the list does not name."""
    sites: dict[tuple[str, int], Site] = {}
    waiting: dict[tuple[str, int], list[tuple[NewPaper, str]]] = defaultdict(list)
    refused: list[Refused] = []
    undated: list[tuple[NewPaper, str]] = []
    for paper, sections in papers:
        for section in sections if paper.arxiv_id not in read.listed else ():
            try:
                site = find_site(read.layouts, taxonomy, section, paper)
            except NoSiteError as error:
                refused.append(Refused(paper.arxiv_id, section, str(error)))
                if isinstance(error, NoTimeError):
                    undated.append((paper, section))
                continue
            key = site.layout.name, site.start
            sites[key] = site
            waiting[key].append((paper, section))
    return _Places(sites, waiting, refused, undated)


def _written(read: _Read, places: _Places, papers: Sequence[NewPaper]) -> Insertions:
    """Write the papers at their places, and keep what reads back."""
    shared = _shared(read, places.sites.values())
    inserted: list[Inserted] = []
    refused = list(places.refused)
    for key, site in sorted(places.sites.items()):
        done, failed = insert_at(site, places.papers[key], shared)
        inserted += done
        refused += (Refused(arxiv_id, section, reason) for arxiv_id, section, reason in failed)
    files = [one.file for one in read.scanned]
    order = {file.name: number for number, file in enumerate(files)}
    inserted.sort(key=lambda one: (order[one.file], one.offset))
    proof = Proof(read.scanned, read.curated, {paper.arxiv_id: paper for paper in papers})
    proven, misread = proof.proven(inserted)
    refused += (Refused(one.arxiv_id, one.section, _NOT_PROVEN) for one in misread)
    edits = [Edit(one.file, one.offset, one.offset, one.data) for one in proven]
    changed = tuple(_edited(file, edits) for file in files)
    return Insertions(read.curated, changed, tuple(proven), read.listed, tuple(refused))


def _shared(read: _Read, sites: Collection[Site]) -> Shared:
    """Learn how the list writes its entries."""
    usual = {}
    for layout in read.layouts:
        examples = _examples(layout, sites)
        templates = read_templates(examples, layout.definitions)
        for block in {extent.block for extent in layout.extents}:
            usual[layout.name, block] = of_block(templates, block)
    every = [template for one in usual.values() for template in one.templates]
    dates = (
        (piece.text, piece.form)
        for template in every
        for piece in template.pieces
        if piece.kind is Kind.DATE
    )
    steps = sum(
        (count_steps([e.entry for e in r.extents]) for la in read.layouts for r in la.runs),
        Steps(),
    )
    habits = learn_habits(dates, names_server=names_server(every))
    return Shared(tuple(read.layouts), usual, habits, read.style, steps.order)


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
