"""Build an entry of the fields of a record: a BibTeX item or a row of a table."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.curated.markdown.dates import parse_date
from pipeline.curated.types import Entry, Links, Span, UnreadableEntry
from storage.arxiv_id import ArxivId, find_arxiv_ids, parse_arxiv_id

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
#: between several sections in one field
_BETWEEN = re.compile(r"\s*[;|,]\s*")
#: between the headings of a path
_BELOW = re.compile(r"\s*(?:>|\u203a|\u00bb|\u2192)\s*")


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file, as text."""

    file: str
    line: int
    span: Span
    title: str
    authors: tuple[str, ...] = ()
    #: where an ID may stand, the surest first; the first text with one counts
    ids: tuple[str, ...] = ()
    link: str | None = None
    date: str = ""
    venue: str | None = None
    #: the headings it stands under, outermost first; one may name several sections
    sections: tuple[str, ...] = ()
    #: what else may name a section
    keywords: tuple[str, ...] = ()
    #: the record as written
    words: str = ""


def entry_of(record: Record) -> Entry | UnreadableEntry:
    """Return the entry, or why the record is none."""
    ids = _ids(record.ids)
    if not record.title:
        reason = "it has no title"
        text = " ".join(record.words.split())[:200]
        return UnreadableEntry(
            record.file, record.line, text, reason, record.sections, ids, record.span
        )
    headings, named = _places(record)
    return Entry(
        file=record.file,
        title=record.title,
        headings=headings,
        date_text=record.date or None,
        date=_date(record.date),
        authors=record.authors,
        venue=record.venue,
        nickname=None,
        links=Links(paper=record.link),
        tags=named,
        arxiv_ids=ids,
        readings=(),
        words=record.words,
        span=record.span,
        line=record.line,
    )


def _ids(texts: Iterable[str]) -> tuple[ArxivId, ...]:
    for text in texts:
        whole = parse_arxiv_id(text)
        found = [whole] if whole else [one.id for one in find_arxiv_ids(text)]
        if found:
            return tuple({one.base: one for one in found}.values())
    return ()


def _places(record: Record) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the headings, and the texts that may name sections where those are unknown."""
    path = tuple(part for text in record.sections for part in _BELOW.split(text) if part)
    named = [text for section in record.sections[-1:] for text in (section, *_split(section))]
    return path, tuple(dict.fromkeys((*named, *record.keywords)))


def _split(text: str) -> Sequence[str]:
    return [part for part in _BETWEEN.split(text) if part]


def _date(text: str) -> date | None:
    if found := parse_date(text):
        return found
    years = _YEAR.findall(text[:40])
    return date(int(years[0]), 1, 1) if len(years) == 1 else None
