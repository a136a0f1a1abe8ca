"""Rules on what became of listed papers at arXiv: withdrawn, or published elsewhere."""

import re
from collections.abc import Iterator

from config.visible import one_line, shortened
from pipeline.curated.lint.catalogue import Code
from pipeline.curated.lint.findings import Finding
from pipeline.curated.lint.subject import Subject
from pipeline.curated.markdown.likeness import is_venue_name
from pipeline.curated.types import Entry

_PIECE = re.compile(r"(?<!pp)(?<!vol)[.;]\s+|[;,\n]|\s+-\s+|https?://\S*+", re.IGNORECASE)
_ACCEPTED = re.compile(
    r"\b(?:accepted|to appear|published|presented|camera[ -]ready)\b"
    r"(?: (?:for|as|to|at|by|in|on|the|publication|presentation|an?|oral|poster|paper)\b)*+"
    r" ?(?P<venue>[A-Z0-9(].{2,120})",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"\b(?:not|un|submitted|submission|under review|in review|rejected)\b|unpublished",
    re.IGNORECASE,
)
_ACRONYM = re.compile(r"\b[A-Z][A-Za-z]*[A-Z][A-Za-z]*\b")
_UNPUBLISHED = re.compile(r"\b(?:arxiv|preprint|corr|tech(?:nical)? report)\b", re.IGNORECASE)
#: characters of a venue that are shown
_MOST = 80


def withdrawn_papers(subject: Subject) -> Iterator[Finding]:
    """Yield entries of papers that were withdrawn."""
    assert subject.held
    for entry in subject.curated.entries:
        if entry.arxiv_id and entry.arxiv_id.base in subject.held.knowledge.withdrawn:
            yield subject.on(
                entry,
                Code.WITHDRAWN,
                f"{entry.arxiv_id.base} is withdrawn at arXiv.",
                "Remove it, or say in the entry that it is withdrawn.",
            )


def published_papers(subject: Subject) -> Iterator[Finding]:
    """Yield entries that name no venue although the paper was published."""
    assert subject.held
    for entry in subject.curated.entries:
        facts = subject.held.facts.get(entry.arxiv_id.base) if entry.arxiv_id else None
        if facts and facts.published and not _says_venue(entry, facts.published):
            yield subject.on(
                entry,
                Code.NOW_PUBLISHED,
                f"arXiv says where it was published: {facts.published}.",
                "Add the venue.",
            )


def published_in(journal_ref: str | None, comment: str | None) -> str:
    """Return where a paper was published, by its journal reference or else its comment."""
    if journal_ref and journal_ref.strip():
        return shortened(one_line(journal_ref), _MOST).rstrip(".")
    for piece in _PIECE.split((comment or "")[:1000]):
        bare = one_line(piece)
        if not bare or _NOT_YET.search(bare):
            continue
        if found := _ACCEPTED.search(bare):
            return shortened(found["venue"].strip(" .()"), _MOST)
        if is_venue_name(bare) and _ACRONYM.search(bare) and not _UNPUBLISHED.search(bare):
            return shortened(bare, _MOST)
    return ""


def _says_venue(entry: Entry, published: str) -> bool:
    if entry.venue and not _UNPUBLISHED.search(entry.venue):
        return True
    words = entry.words.casefold()
    return any(name.casefold() in words for name in _ACRONYM.findall(published))
