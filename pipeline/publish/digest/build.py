"""Build a week's issue from what is known of it, independent of language and format."""

from collections.abc import Sequence
from dataclasses import replace

from config.taxonomy import Taxonomy
from config.visible import one_line
from pipeline.publish.digest.entries import entry_of, grouped, title_of, url_of
from pipeline.publish.digest.gather import IssueSource
from pipeline.publish.digest.mathematics import restrict_math
from pipeline.publish.digest.trend import trend_of
from pipeline.publish.digest.types import (
    NO_COLOPHON,
    OTHER,
    Colophon,
    CorrectedPaper,
    Digest,
    Entry,
    Highlighted,
    Name,
)
from storage.issue_types import IssueEdits

#: highlights of an issue whose order no editor chose
HIGHLIGHTS = 3


def build_digest(
    source: IssueSource,
    taxonomy: Taxonomy,
    *,
    survey_title: str,
    colophon: Colophon = NO_COLOPHON,
) -> Digest:
    """Return the issue of one week; the order of the source's papers does not matter.

    A paper is listed once, under the first of its sections in the taxonomy.
    """
    week = source.week
    edits = source.edits or IssueEdits(str(week))
    known = {section.id: section for section in taxonomy.sections}
    entries = [
        entry_of(
            paper,
            week,
            known,
            source.dates.get(paper.arxiv_id),
            editor_note=edits.notes.get(paper.arxiv_id, ""),
            translation=source.translations.get(paper.arxiv_id),
        )
        for paper in source.listed
    ]
    highlights = _highlights(source, edits, entries)
    told = {
        one.entry.arxiv_id for one in highlights if one.sentence and one.sentence == one.entry.note
    }
    entries = [replace(one, note="") if one.arxiv_id in told else one for one in entries]
    groups = grouped(entries, taxonomy)
    withdrawn = tuple(
        CorrectedPaper(
            paper.arxiv_id,
            title_of(paper.arxiv_id, paper.title),
            url_of(paper.arxiv_id),
            ("withdrawn",),
        )
        for paper in sorted(source.withdrawn, key=lambda one: one.arxiv_id)
    )
    labels = [label for facet in taxonomy.facets if facet.name == "task" for label in facet.labels]
    return Digest(
        survey_title=one_line(survey_title),
        week=week,
        preliminary=source.preliminary,
        leads={
            code: restrict_math(one_line(text)) for code, text in edits.lead.items() if text.strip()
        },
        highlights=highlights,
        groups=groups,
        withdrawn=withdrawn,
        corrections=source.corrections,
        trend=trend_of(entries, source.before, source.listed, week, taxonomy),
        made=source.made,
        colophon=replace(colophon, previous=source.previous),
        section_names={
            section.id: Name(section.names, " \u203a ".join(section.path))
            for section in taxonomy.sections
        },
        task_names={label.name: Name(label.names, label.name) for label in labels},
        unknown_sections=tuple(
            sorted({s for paper in source.listed for s in paper.sections if s not in known})
        ),
        counts={
            "papers": len(entries),
            "highlights": len(highlights),
            "late": sum(entry.late for entry in entries),
            "withdrawn": len(withdrawn),
            "corrections": len(source.corrections),
        },
    )


def placements(source: IssueSource) -> tuple[tuple[str, str], ...]:
    """Return every decided (arXiv ID, section ID) of the listed papers."""
    return tuple(
        (paper.arxiv_id, section)
        for paper in source.listed
        for section in paper.sections or (OTHER,)
    )


def _highlights(
    source: IssueSource, edits: IssueEdits, entries: Sequence[Entry]
) -> tuple[Highlighted, ...]:
    """Return the editor's choice, else papers that reviewers flagged, then those with a note."""
    listed = {entry.arxiv_id: entry for entry in entries}
    if edits.highlights is not None:
        chosen = [id_ for id_ in dict.fromkeys(edits.highlights) if id_ in listed]
    else:
        flagged = sorted(
            (those[0].highlighted_at, id_)
            for id_, those in source.highlights.items()
            if id_ in listed and those
        )
        noted = sorted((e.decided_at, e.arxiv_id) for e in entries if e.note)
        ids = dict.fromkeys(id_ for _, id_ in (*flagged, *noted))
        chosen = list(ids)[:HIGHLIGHTS]
    return tuple(_highlighted(source, listed[id_]) for id_ in chosen)


def _highlighted(source: IssueSource, entry: Entry) -> Highlighted:
    said = (one.sentence for one in source.highlights.get(entry.arxiv_id, ()))
    sentence = next((restrict_math(one_line(text)) for text in said if text.strip()), entry.note)
    return Highlighted(entry, sentence, "reviewer" if sentence else "")
