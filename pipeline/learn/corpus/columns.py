"""Read works out of the rows of a corpus: which columns hold what, and OpenAlex's abstracts."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from config.errors import UsageError
from storage.arxiv_id import parse_arxiv_id
from storage.paper_key import doi_of, parse_key

#: what a work has, and the columns that hold it unless others are named: the first that is filled
#: counts; a dot leads into a column of columns. They fit arXiv's snapshot and OpenAlex's works.
KNOWN: Mapping[str, tuple[str, ...]] = {
    "id": ("id",),
    "title": ("title", "display_name"),
    "abstract": ("abstract", "abstract_inverted_index"),
    "doi": ("doi", "ids.doi"),
    "arxiv_id": ("arxiv_id", "ids.arxiv", "doi", "locations"),
    "authors": ("authors", "authorships"),
    "published": ("published", "publication_date"),
}
#: characters of a title, an abstract, and an identifier, as the survey's own papers have
_TITLE, _ABSTRACT, _ID = 2_000, 20_000, 500
#: the arXiv ID in a list of places, such as OpenAlex's `locations`
_ADDRESSES = ("landing_page_url", "pdf_url")
_PLACES = 100
#: where the name of an author is: OpenAlex's `authorships`, and simpler corpora
_NAMES = ("author.display_name", "raw_author_name", "name")
#: of a work, and characters of a name
_AUTHORS, _NAME = 500, 200
# JSON may escape half of a pair, which is no character and no UTF-8.
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the fields of a work are."""

    paths: Mapping[str, tuple[str, ...]]

    @property
    def names(self) -> frozenset[str]:
        """The columns that are read."""
        return frozenset(path.split(".", 1)[0] for paths in self.paths.values() for path in paths)


@dataclass(frozen=True, slots=True)
class Work:
    """A row of a corpus."""

    #: the corpus's own; empty if it has none
    id: str
    title: str
    abstract: str
    #: without the address, in lower case; empty if there is none
    doi: str
    #: empty if there is none
    arxiv_id: str
    authors: tuple[str, ...] = ()
    published: date | None = None


def columns_of(given: Iterable[str]) -> Columns:
    """Return the columns, some of them named as `title=display_name`.

    Raises:
        UsageError: a text is not of this form, or names no field.
    """
    paths = dict(KNOWN)
    for text in given:
        field, found, path = text.partition("=")
        if not found or not path or field not in KNOWN:
            raise UsageError(
                f"--column {text} names no field.",
                hint=f"Write FIELD=COLUMN; fields are {', '.join(KNOWN)}.",
            )
        paths[field] = (path,)
    return Columns(paths)


def work_of(row: Mapping[str, Any], columns: Columns) -> Work:
    """Return the work of a row; what is missing or of another type is empty."""
    values = {field: _first(row, paths) for field, paths in columns.paths.items()}
    return Work(
        id=_text(values["id"])[:_ID],
        title=_text(values["title"])[:_TITLE],
        abstract=_text(values["abstract"])[:_ABSTRACT],
        doi=_doi(_text(values["doi"])[:_ID]),
        arxiv_id=next(_arxiv_ids(row, columns.paths["arxiv_id"]), ""),
        authors=_authors(values["authors"]),
        published=_day(values["published"]),
    )


def abstract_of(inverted: Iterable[tuple[Any, Any]]) -> str:
    """Return the text of an inverted abstract: words with the positions where they stand."""
    places = [
        (place, word)
        for word, found in inverted
        if isinstance(word, str) and isinstance(found, Sequence)
        for place in found
        if isinstance(place, int)
    ]
    return " ".join(word for _, word in sorted(places, key=lambda each: each[0]))


def _first(row: Mapping[str, Any], paths: Sequence[str]) -> Any:
    return next((value for path in paths if (value := _at(row, path))), None)


def _at(row: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(row, Mapping):
            return None
        row = row.get(name)
    return row


def _text(value: Any) -> str:
    """Return a text that can be written, also of an inverted abstract."""
    text = _as_text(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        return _HALF.sub("\N{REPLACEMENT CHARACTER}", text)
    return text


def _as_text(value: Any) -> str:
    """Return a text, also of an inverted abstract as a mapping, as pairs or as JSON."""
    if isinstance(value, str):
        if not value.startswith('{"'):
            return value
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return str(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, Mapping):
        return abstract_of(value.items())
    if isinstance(value, list) and all(
        isinstance(each, tuple) and len(each) == 2 for each in value
    ):
        return abstract_of(value)
    return ""


def _doi(text: str) -> str:
    """Return the DOI of a key, so that an address is decoded; of another text what it says."""
    if (key := parse_key(text)) and (doi := doi_of(key)):
        return doi
    doi = text.strip().lower()
    for before in ("https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "doi:"):
        doi = doi.removeprefix(before)
    return doi if doi.startswith("10.") else ""


def _authors(value: Any) -> tuple[str, ...]:
    """Return names in order: of a list of names or of mappings, or between semicolons."""
    if isinstance(value, str):
        value = value.split(";")
    if not isinstance(value, list):
        return ()
    named = (
        _text(each if isinstance(each, str) else _first(each, _NAMES)) for each in value[:_AUTHORS]
    )
    return tuple(name for each in named if (name := " ".join(each.split())[:_NAME]))


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _arxiv_ids(row: Mapping[str, Any], paths: Sequence[str]) -> Iterator[str]:
    for path in paths:
        value = _at(row, path)
        for text in _addresses(value) if isinstance(value, list) else (value,):
            # most addresses are of other places, and a look at the word is much faster
            is_it = isinstance(text, str) and (path == "arxiv_id" or "arxiv" in text.lower())
            if is_it and (found := parse_arxiv_id(text)):
                yield found.base


def _addresses(places: Sequence[Any]) -> Iterator[Any]:
    for place in places[:_PLACES]:
        if isinstance(place, Mapping):
            yield from (place.get(name) for name in _ADDRESSES)
