"""Parse one OAI `arXivRaw` element into a `Paper`.

Format: https://oaipmh.arxiv.org/OAI/arXivRaw.xsd, arXiv's only format with the whole history. The
order of elements is not used, because it changed in 2025; `acm-class` is not, because it holds the
MSC class.
"""

import re
from datetime import date
from functools import lru_cache

from lxml import etree

from config.visible import visible
from pipeline.ingest.sources.errors import MalformedRecordError
from pipeline.ingest.sources.fields.authors import split_authors
from pipeline.ingest.sources.fields.categories import canonical_categories
from pipeline.ingest.sources.fields.dates import parse_rfc2822
from pipeline.ingest.sources.fields.elements import refuse_markup
from pipeline.ingest.sources.fields.sizes import limited
from pipeline.ingest.sources.fields.text import paragraphs, plain_line, says_withdrawn
from storage.arxiv_id import is_key, parse_arxiv_id
from storage.types import Paper, PaperVersion, Source

NAMESPACE = "{http://arxiv.org/OAI/arXivRaw/}"
_VERSION = NAMESPACE + "version"
_DATE = NAMESPACE + "date"
_SIZE = NAMESPACE + "size"
_SOURCE_TYPE = NAMESPACE + "source_type"
_ID = NAMESPACE + "id"
_TITLE = NAMESPACE + "title"
_AUTHORS = NAMESPACE + "authors"
_ABSTRACT = NAMESPACE + "abstract"
_CATEGORIES = NAMESPACE + "categories"
_COMMENTS = NAMESPACE + "comments"
_DOI = NAMESPACE + "doi"
_JOURNAL_REF = NAMESPACE + "journal-ref"
_LICENSE = NAMESPACE + "license"
_READ = frozenset(
    {
        _ID, _TITLE, _AUTHORS, _ABSTRACT, _CATEGORIES, _COMMENTS, _DOI, _JOURNAL_REF, _LICENSE,
    }
)  # fmt: skip
_READ_OF_VERSION = frozenset({_DATE, _SIZE, _SOURCE_TYPE})
_VERSION_NUMBER = re.compile(r"v[1-9][0-9]{0,3}")


def paper_from_arxivraw(raw: etree._Element, datestamp: date | None) -> Paper:
    """Parse the paper of an `arXivRaw` element.

    Raises:
        MalformedRecordError: ID, title, categories or versions are missing or cannot be read, or
            a field holds markup or occurs twice.
    """
    refuse_markup(raw, _READ)
    fields: dict[str, str | None] = {}
    versions: list[PaperVersion] = []
    for element in raw:
        tag = element.tag
        if tag == _VERSION:
            versions.append(_version(element))
        else:
            fields[tag] = element.text
    if not versions:
        raise MalformedRecordError("the record has no version")
    get = fields.get
    title = plain_line(get(_TITLE) or "")
    if not visible(title).strip():
        raise MalformedRecordError("the record has no title")
    categories = _categories(get(_CATEGORIES) or "")
    if not categories:
        raise MalformedRecordError("the record has no category")
    comment = _optional(get(_COMMENTS))
    if len(versions) > 1:
        versions.sort(key=lambda version: version.version)
    last = versions[-1]
    abstract = paragraphs(get(_ABSTRACT) or "")
    if not last.withdrawn and (says_withdrawn(comment) or says_withdrawn(abstract[:80])):
        last = versions[-1] = PaperVersion(last.version, last.submitted_at, withdrawn=True)
    paper = Paper(
        arxiv_id=_identifier(get(_ID) or ""),
        version=last.version,
        title=title,
        abstract=abstract,
        authors=split_authors(get(_AUTHORS) or ""),
        categories=categories,
        primary_category=categories[0],
        source=Source.OAI,
        comment=comment,
        doi=_optional(get(_DOI)),
        journal_ref=_optional(get(_JOURNAL_REF)),
        license=(get(_LICENSE) or "").strip() or None,
        submitted_at=versions[0].submitted_at if versions[0].version == 1 else None,
        updated_at=last.submitted_at,
        withdrawn=last.withdrawn,
        versions=tuple(versions),
        datestamp=datestamp,
    )
    return limited(paper)


@lru_cache(maxsize=4096)
def _categories(text: str) -> tuple[str, ...]:
    return canonical_categories(text.split())


def _identifier(text: str) -> str:
    if is_key(text):
        return text
    identifier = parse_arxiv_id(text)
    if identifier is None:
        raise MalformedRecordError(f"{text!r:.100} is not an arXiv ID")
    return identifier.base


def _version(element: etree._Element) -> PaperVersion:
    refuse_markup(element, _READ_OF_VERSION)
    day = size = source_type = None
    for child in element:
        tag = child.tag
        if tag == _DATE:
            day = child.text
        elif tag == _SIZE:
            size = child.text
        elif tag == _SOURCE_TYPE:
            source_type = child.text
    number = element.get("version", "")
    if not day or not _VERSION_NUMBER.fullmatch(number):
        raise MalformedRecordError(f"the version {number!r} of {day!r} cannot be read")
    try:
        submitted_at = parse_rfc2822(day)
    except ValueError as error:
        raise MalformedRecordError(
            f"the date {day!r} of version {number} cannot be read"
        ) from error
    # `I` is arXiv's flag for a version without source; 0kb alone may be a very small one.
    withdrawn = "I" in source_type if source_type else size == "0kb"
    return PaperVersion(int(number[1:]), submitted_at, withdrawn)


def _optional(text: str | None) -> str | None:
    return (plain_line(text) or None) if text else None
