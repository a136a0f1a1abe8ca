"""Build a week's digest from its approvals, independent of language and format.

The order of the approvals does not matter. Figures that change after the week (papers held, length
of the queue) are left out, so that the digest of an old week keeps the same bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from config.taxonomy import Section, Taxonomy
from config.tex.text import without_markup
from config.visible import one_line, shortened
from pipeline.enrich.links import Link, find_links
from pipeline.ingest.corrections import Correction
from pipeline.publish.digest.corrections import NO_CORRECTIONS, WeekCorrections
from pipeline.publish.digest.mathematics import restrict_math, without_commands
from pipeline.publish.digest.reason import Reason, find_reason
from pipeline.publish.digest.week import Week
from storage.types import ApprovedPaper

#: the section of papers whose sections are not in the taxonomy; not a valid section id
OTHER = "~other"
#: authors before "et al.", which never replaces a single author
AUTHORS_SHOWN = 5
#: characters of a title or name
_LONGEST = 500
#: of an abstract, in which the reason and links are looked for
_READ = 20_000


@dataclass(frozen=True, slots=True)
class DigestLine:
    """The full entry of a paper."""

    arxiv_id: str
    title: str
    url: str
    #: the first authors of `authors_total`
    authors: tuple[str, ...]
    authors_total: int
    reason: Reason
    links: tuple[Link, ...]
    #: ids; the paper is listed in full under the first
    sections: tuple[str, ...]
    note: str | None
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class CrossReference:
    """A paper listed in full under another section."""

    arxiv_id: str
    title: str
    url: str
    #: the id of that other section
    section: str


@dataclass(frozen=True, slots=True)
class DigestSection:
    """One section of the survey that has papers this week."""

    id: str
    path: tuple[str, ...]
    names: Mapping[str, str]
    lines: tuple[DigestLine, ...]
    references: tuple[CrossReference, ...]

    @property
    def papers(self) -> int:
        """The number of papers, cross-references included."""
        return len(self.lines) + len(self.references)


@dataclass(frozen=True, slots=True)
class LabelCount:
    """The number of papers with a label of a facet; a paper can have several labels."""

    #: None for sections without a label of that facet
    label: str | None
    names: Mapping[str, str]
    papers: int


@dataclass(frozen=True, slots=True)
class CorrectedPaper:
    """An approved paper that arXiv has withdrawn, restored or renamed."""

    arxiv_id: str
    title: str
    url: str
    #: `withdrawn`, `restored` or None
    state: str | None = None
    #: the title before; None: it is the same
    former_title: str | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """One week, ready to be rendered in any language."""

    survey_title: str
    week: Week
    #: built before the week ended
    preliminary: bool
    #: distinct papers
    papers: int
    #: in the taxonomy's order, empty ones left out, `OTHER` last
    sections: tuple[DigestSection, ...]
    tasks: tuple[LabelCount, ...]
    modalities: tuple[LabelCount, ...]
    #: section ids in decisions that are not in the taxonomy
    unknown_sections: tuple[str, ...]
    #: approved in the week and withdrawn at arXiv since: named, not listed
    withdrawn: tuple[CorrectedPaper, ...] = ()
    #: corrections to papers approved earlier, and new titles of the week's
    corrections: tuple[CorrectedPaper, ...] = ()


def build_digest(
    approved: Sequence[ApprovedPaper],
    taxonomy: Taxonomy,
    week: Week,
    *,
    survey_title: str,
    preliminary: bool = False,
    corrected: WeekCorrections = NO_CORRECTIONS,
) -> Digest:
    """Return the digest of the current approvals of one week.

    A paper is listed in full under the first of its sections in the taxonomy, and as a
    cross-reference under the others. Papers are sorted by time of decision, then by id. Those that
    arXiv has withdrawn are named and not listed.
    """
    known = {section.id: section for section in taxonomy.sections}
    gone = sorted(corrected.withdrawn, key=_order)
    listed = {paper.arxiv_id for paper in approved} - {paper.arxiv_id for paper in gone}
    approved = [paper for paper in approved if paper.arxiv_id in listed]
    lines = [_line(paper, known) for paper in sorted(approved, key=_order)]
    sections = tuple(
        section
        for section in (_section(id_, known.get(id_), lines) for id_ in (*known, OTHER))
        if section.papers
    )
    return Digest(
        survey_title=one_line(survey_title),
        week=week,
        preliminary=preliminary,
        papers=len(lines),
        sections=sections,
        tasks=_count(taxonomy, "task", lines, {s.id: s.task for s in known.values()}),
        modalities=_count(taxonomy, "modality", lines, {s.id: s.modality for s in known.values()}),
        unknown_sections=tuple(sorted({s for p in approved for s in p.sections if s not in known})),
        withdrawn=tuple(
            CorrectedPaper(
                paper.arxiv_id, _title(paper.arxiv_id, paper.title), _url(paper.arxiv_id)
            )
            for paper in gone
        ),
        corrections=tuple(map(_corrected, corrected.corrections)),
    )


def _corrected(one: Correction) -> CorrectedPaper:
    states = [kind for kind in one.kinds if kind in ("withdrawn", "restored")]
    return CorrectedPaper(
        arxiv_id=one.arxiv_id,
        title=_title(one.arxiv_id, one.title),
        url=_url(one.arxiv_id),
        state=states[0] if states else None,
        former_title=None if one.former_title is None else _published(one.former_title),
    )


def _order(paper: ApprovedPaper) -> tuple[datetime, str]:
    return paper.decided_at, paper.arxiv_id


def _line(paper: ApprovedPaper, known: Mapping[str, Section]) -> DigestLine:
    sections = list(dict.fromkeys(s for s in paper.sections if s in known))
    if len(sections) < len(set(paper.sections)) or not sections:
        sections.append(OTHER)
    # Names are printed in one line, so a dollar in one could make a formula of the next.
    authors = tuple(name for name in map(_published_name, paper.authors) if name)
    return DigestLine(
        arxiv_id=paper.arxiv_id,
        title=_title(paper.arxiv_id, paper.title),
        url=_url(paper.arxiv_id),
        authors=authors if len(authors) == AUTHORS_SHOWN + 1 else authors[:AUTHORS_SHOWN],
        authors_total=len(authors),
        reason=find_reason(paper.note, paper.abstract[:_READ]),
        links=find_links(paper.abstract[:_READ], paper.comment),
        sections=tuple(sections),
        note=paper.note,
        decided_at=paper.decided_at,
    )


def _title(arxiv_id: str, title: str) -> str:
    return _published(title) or f"arXiv:{arxiv_id}"


def _url(arxiv_id: str) -> str:
    return f"https://arxiv.org/abs/{quote(arxiv_id, safe='/')}"


def _published(text: str) -> str:
    return restrict_math(shortened(without_markup(text), _LONGEST))


def _published_name(text: str) -> str:
    return without_commands(without_markup(text[:_LONGEST]))


def _section(id_: str, section: Section | None, lines: Iterable[DigestLine]) -> DigestSection:
    members = [line for line in lines if id_ in line.sections]
    return DigestSection(
        id=id_,
        path=section.path if section else (),
        names=section.names if section else {},
        lines=tuple(line for line in members if line.sections[0] == id_),
        references=tuple(
            CrossReference(line.arxiv_id, line.title, line.url, line.sections[0])
            for line in members
            if line.sections[0] != id_
        ),
    )


def _count(
    taxonomy: Taxonomy,
    facet: str,
    lines: Sequence[DigestLine],
    label_of: Mapping[str, str | None],
) -> tuple[LabelCount, ...]:
    """Count distinct papers per label in the taxonomy's order, those without a label last.

    The result is empty if the taxonomy does not use the facet.
    """
    carried = [{label_of[s] for s in line.sections if s in label_of} for line in lines]
    labels = [label for f in taxonomy.facets if f.name == facet for label in f.labels]
    if not labels:
        return ()
    named: list[tuple[str | None, Mapping[str, str]]] = [(x.name, x.names) for x in labels]
    counts = (
        LabelCount(name, names, sum(name in those for those in carried))
        for name, names in [*named, (None, {})]
    )
    return tuple(count for count in counts if count.papers)
