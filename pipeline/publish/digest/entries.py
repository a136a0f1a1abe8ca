"""Make entries of approved papers, and group them under headings."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from config.taxonomy import Section, Taxonomy
from config.tex.text import without_markup
from config.visible import one_line, shortened
from pipeline.enrich.links import find_links
from pipeline.enrich.venue import find_venue
from pipeline.publish.digest.claim import find_claim
from pipeline.publish.digest.mathematics import restrict_math, without_commands
from pipeline.publish.digest.types import OTHER, Entry, Group, MachineTitle
from pipeline.publish.digest.week import Week
from storage.paper_key import key_address, key_label
from storage.translations import Translation
from storage.types import ApprovedPaper
from storage.weeks import VersionDates

#: authors before "et al.", which never replaces a single author
AUTHORS_SHOWN = 5
#: how long before the week a paper is submitted to be late
LATE = timedelta(days=14)
#: characters of a title or name
_LONGEST = 500
#: of an abstract, in which the claim and links are looked for
_READ = 20_000


def entry_of(
    paper: ApprovedPaper,
    week: Week,
    known: Mapping[str, Section],
    dates: VersionDates | None = None,
    *,
    editor_note: str = "",
    translation: Translation | None = None,
) -> Entry:
    """Return the entry of a paper approved in a week."""
    ids = dict.fromkeys(paper.sections)
    sections = [section for section in known if section in ids]
    if len(sections) < len(ids) or not sections:
        sections.append(OTHER)
    # Names are printed in one line, so a dollar in one could make a formula of the next.
    authors = tuple(name for name in map(_published_name, paper.authors) if name)
    first = dates.first.date() if dates and dates.first else None
    version = paper.version
    of_version = dates.by_version.get(version) if dates and version else None
    task = known[sections[0]].task if sections[0] in known else None
    return Entry(
        arxiv_id=paper.arxiv_id,
        title=title_of(paper.arxiv_id, paper.title),
        url=url_of(paper.arxiv_id),
        authors=authors if len(authors) == AUTHORS_SHOWN + 1 else authors[:AUTHORS_SHOWN],
        authors_total=len(authors),
        claim=find_claim(paper.abstract[:_READ], paper.title[:_LONGEST]),
        note=restrict_math(one_line(paper.note or "")),
        editor_note=restrict_math(one_line(editor_note)),
        venue=find_venue(paper.comment, paper.journal_ref),
        version=version,
        category=paper.categories[0] if paper.categories else "",
        submitted=first,
        updated=of_version.date() if of_version else None,
        links=find_links(paper.abstract[:_READ], paper.comment),
        sections=tuple(sections),
        task=task,
        late=first is not None and first < week.first_day - LATE,
        decided_at=paper.decided_at,
        translation=_machine_title(paper, translation),
    )


def _machine_title(paper: ApprovedPaper, made: Translation | None) -> MachineTitle | None:
    """Return the translation of the title that is printed; of another title there is none."""
    if made is None or not made.is_of(paper.title):
        return None
    title = restrict_math(shortened(without_markup(made.content), _LONGEST))
    return MachineTitle(made.language, title, made.model) if title else None


def title_of(arxiv_id: str, title: str) -> str:
    """Return a title on one line, for a reader that draws mathematics."""
    return restrict_math(shortened(without_markup(title), _LONGEST)) or key_label(arxiv_id)


def url_of(arxiv_id: str) -> str:
    """Return the address of a paper's page: at arXiv, or where its DOI leads."""
    return key_address(arxiv_id)


def _published_name(text: str) -> str:
    return without_commands(without_markup(text[:_LONGEST]))


def grouped(entries: Iterable[Entry], taxonomy: Taxonomy) -> tuple[Group, ...]:
    """Return the groups in the taxonomy's order; every paper is in exactly one.

    A section with several papers is a group. Single papers are together under their task, and late
    ones at the end.
    """
    ordered = sorted(entries, key=lambda entry: (entry.decided_at, entry.arxiv_id))
    timely = [entry for entry in ordered if not entry.late]
    groups: list[Group] = []
    for task, members in _by_task(timely, taxonomy):
        sections = _by_section(members, taxonomy)
        groups += [Group("section", id_, those) for id_, those in sections if len(those) > 1]
        single = tuple(entry for _, those in sections if len(those) == 1 for entry in those)
        if single:
            groups.append(Group("also", task or "", single))
    late = tuple(
        entry
        for _, those in _by_section([e for e in ordered if e.late], taxonomy)
        for entry in those
    )
    if late:
        groups.append(Group("late", "", late))
    return tuple(groups)


def task_order(taxonomy: Taxonomy) -> tuple[str | None, ...]:
    """Return the names of the taxonomy's tasks, and None for papers without one."""
    labels = [
        label.name for facet in taxonomy.facets if facet.name == "task" for label in facet.labels
    ]
    return (*labels, None)


def _by_task(entries: Sequence[Entry], taxonomy: Taxonomy) -> list[tuple[str | None, list[Entry]]]:
    """Return the entries by task; those of a task that is no label are together with the last."""
    order = task_order(taxonomy)
    return [
        (
            task,
            [entry for entry in entries if (entry.task if entry.task in order else None) == task],
        )
        for task in order
    ]


def _by_section(
    entries: Iterable[Entry], taxonomy: Taxonomy
) -> list[tuple[str, tuple[Entry, ...]]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.sections[0], []).append(entry)
    order = (*(section.id for section in taxonomy.sections), OTHER)
    return [(id_, tuple(found[id_])) for id_ in order if id_ in found]
