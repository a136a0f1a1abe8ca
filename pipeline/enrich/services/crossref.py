"""Ask Crossref where a paper is published, and whether that was retracted or corrected.

A work that was updated says so in `updated-by`; the notices name it in `update-to`. Publishers fill
one, the other, or only the title. A notice for another work, and a work's own notice of another,
do not count (https://www.crossref.org/documentation/retrieve-metadata/rest-api/).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field

from pipeline.enrich.services.answers import AnswerError, Shape, clean, read_answer
from pipeline.enrich.services.dois import clean_doi, fits_a_filter, in_path, same
from pipeline.ingest.sources.web.service import Asker

_Text = Annotated[str, Field(max_length=20_000)]
_Number = Annotated[int, Field(ge=0, le=9999)]


class _Date(Shape):
    parts: Annotated[list[list[_Number | None]], Field(alias="date-parts", max_length=9)]


class _Update(Shape):
    doi: Annotated[_Text, Field(alias="DOI")] = ""
    type: _Text
    source: _Text = ""
    updated: _Date | None = None


_Updates = Annotated[list[_Update] | None, Field(max_length=1_000)]


class _Person(Shape):
    given: _Text | None = None
    family: _Text | None = None
    name: _Text | None = None


class Work(Shape):
    """One work."""

    doi: Annotated[_Text, Field(alias="DOI")]
    type: _Text | None = None
    titles: Annotated[list[_Text] | None, Field(alias="title", max_length=50)] = None
    containers: Annotated[list[_Text] | None, Field(alias="container-title", max_length=50)] = None
    authors: Annotated[list[_Person] | None, Field(alias="author", max_length=20_000)] = None
    published: _Date | None = None
    issued: _Date | None = None
    updated_by: Annotated[_Updates, Field(alias="updated-by")] = None
    update_to: Annotated[_Updates, Field(alias="update-to")] = None

    @property
    def title(self) -> str:
        """The first title."""
        return clean((self.titles or [""])[0])


class _OneWork(Shape):
    message: Work


class _Items(Shape):
    items: Annotated[list[Work], Field(max_length=1_000)]


class _Works(Shape):
    message: _Items


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice about a work."""

    #: `retraction`, `erratum`, ... as Crossref names them
    type: str
    #: of the notice; may be the work's own, or empty
    doi: str
    #: as exactly as stated: `2010-02-06`, `2010-02`, `2010`, or empty
    on: str
    #: who says so: `publisher`, `retraction-watch`, `title`
    by: str


_RETRACTED = frozenset({"retraction", "withdrawal", "removal"})
_CONCERN = frozenset({"expression_of_concern", "partial_retraction"})
_CORRECTED = frozenset({"erratum", "correction", "corrigendum", "addendum", "clarification"})
_TITLE = re.compile(r"(?:retracted|withdrawn)(?: article| paper)?\s*:", re.IGNORECASE)
#: types of works that a preprint's published version has
_PUBLISHED = frozenset({
    "journal-article", "proceedings-article", "book-chapter", "book", "monograph",
})  # fmt: skip
_SELECT = "DOI,title,author,type,container-title,published,issued"


def ask_work(ask: Asker, base_url: str, doi: str) -> Work:
    """Return what Crossref knows of a DOI.

    Raises:
        NotFoundError: nothing.
        AnswerError: there is no usable answer.
    """
    found = read_answer(ask(f"{base_url}/works/{in_path(doi)}"), _OneWork).message
    if not same(found.doi, doi):
        raise AnswerError("answers for another DOI")
    return found


def ask_notices(ask: Asker, base_url: str, doi: str) -> tuple[Notice, ...]:
    """Return the notices whose records name a DOI; a DOI with a comma cannot be asked for.

    Raises:
        AnswerError: there is no usable answer.
    """
    if not fits_a_filter(doi):
        return ()
    query = urlencode({"filter": f"updates:{doi}", "rows": "50", "select": "DOI,update-to"})
    found = read_answer(ask(f"{base_url}/works?{query}"), _Works)
    return tuple(
        _notice(update, item.doi)
        for item in found.message.items
        for update in item.update_to or ()
        if same(update.doi, doi)
    )


def ask_by_title(ask: Asker, base_url: str, title: str) -> tuple[Work, ...]:
    """Return the works whose titles are most like this one; most are others.

    Raises:
        AnswerError: there is no usable answer.
    """
    query = urlencode({"query.bibliographic": title[:500], "rows": "5", "select": _SELECT})
    found = read_answer(ask(f"{base_url}/works?{query}"), _Works)
    return tuple(work for work in found.message.items if work.type in _PUBLISHED)


def notices_of(work: Work) -> tuple[Notice, ...]:
    """Return the notices that a work's own record names."""
    return tuple(_own_notices(work))


def _own_notices(work: Work) -> Iterator[Notice]:
    for update in work.updated_by or ():
        yield _notice(update, update.doi)
    for update in work.update_to or ():
        if same(update.doi, work.doi):  # a work that is replaced by its own notice
            yield _notice(update, update.doi)
    if _TITLE.match(work.title):
        yield Notice("retraction", "", "", "title")


def _notice(update: _Update, doi: str) -> Notice:
    kind = re.sub(r"[^a-z]+", "_", update.type[:40].lower()).strip("_")
    return Notice(kind, clean_doi(doi), day_of(update.updated), clean(update.source)[:40])


def judge(notices: Iterable[Notice]) -> tuple[str, tuple[Notice, ...]]:
    """Return `retracted`, `concern`, `corrected` or `none`, and the notices that say so."""
    distinct = tuple(dict.fromkeys(notices))
    for state, kinds in (
        ("retracted", _RETRACTED),
        ("concern", _CONCERN),
        ("corrected", _CORRECTED),
    ):
        if named := tuple(one for one in distinct if one.type in kinds):
            return state, tuple(sorted(named, key=lambda one: (one.on or "9", one.doi)))
    return "none", ()


def publication_of(work: Work) -> Mapping[str, Any] | None:
    """Return where and when a work is published; None: it is no publication with a venue."""
    name = clean((work.containers or [""])[0])
    if work.type not in _PUBLISHED or not name:
        return None
    return {
        "doi": clean_doi(work.doi),
        "name": name,
        "type": work.type,
        "on": day_of(work.published) or day_of(work.issued),
    }


def names_of(work: Work) -> tuple[str, ...]:
    """Return the authors' names, given name first."""
    names = (
        one.name or " ".join(part for part in (one.given, one.family) if part)
        for one in (work.authors or ())[:500]
    )
    return tuple(name for one in names if (name := clean(one)))


def day_of(date: _Date | None) -> str:
    """Return a date as exactly as it is stated; empty: not at all."""
    if date is None or not date.parts:
        return ""
    year, *rest = [*date.parts[0][:3], None]
    if not year or year < 1000:
        return ""
    out = f"{year:04d}"
    for part, most in zip(rest, (12, 31), strict=False):
        if not part or part > most:
            break
        out += f"-{part:02d}"
    return out
