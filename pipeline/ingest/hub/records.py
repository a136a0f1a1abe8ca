"""Turn a stored paper into the record a hub serves, from which the same paper is read again."""

from dataclasses import replace

from pipeline.ingest.protocol.record import Record, Version
from storage.arxiv_id import is_key
from storage.types import Paper

#: begins a paragraph in OAI's `arXivRaw`, and in the query API
OAI_PARAGRAPH, QUERY_PARAGRAPH = "\n  ", "\n\n"


def record_of(paper: Paper, *, paragraph: str = OAI_PARAGRAPH) -> Record | None:
    """Return the record of a paper; None if no date of it is known, or it is not at arXiv.

    TeX accents were decoded when the paper was stored, and reading them again changes nothing.
    """
    versions = _versions(paper)
    if not versions or not is_key(paper.arxiv_id):
        return None
    return Record(
        arxiv_id=paper.arxiv_id,
        title=paper.title,
        abstract=paper.abstract.replace("\n", paragraph),
        authors=paper.authors,
        categories=paper.categories,
        versions=versions,
        datestamp=paper.datestamp or versions[-1].submitted_at.date(),
        comment=paper.comment,
        journal_ref=paper.journal_ref,
        doi=paper.doi,
        license=paper.license,
        authors_text=", ".join(paper.authors),
        sized=False,
    )


def _versions(paper: Paper) -> tuple[Version, ...]:
    """Return the history; what look-ups brought has the first and the current version only."""
    known = {
        one.version: Version(one.version, one.submitted_at, None, one.withdrawn)
        for one in paper.versions
        if one.version <= paper.version
    }
    if paper.submitted_at:
        known.setdefault(1, Version(1, paper.submitted_at, None))
    if paper.updated_at:
        known.setdefault(paper.version, Version(paper.version, paper.updated_at, None))
    versions = [known[number] for number in sorted(known)]
    if versions and paper.withdrawn:
        versions[-1] = replace(versions[-1], withdrawn=True)
    return tuple(versions)
