"""Parse lines of arXiv's bulk snapshot into papers.

Format: one JSON object per line, raw TeX wrapped at 80 columns
(https://www.kaggle.com/datasets/Cornell-University/arxiv). Only comments show a withdrawal, because
sizes are missing. `update_date` is OAI's datestamp.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from config.visible import visible
from pipeline.ingest.sources.errors import MalformedRecordError
from pipeline.ingest.sources.fields.authors import split_authors
from pipeline.ingest.sources.fields.categories import canonical_categories
from pipeline.ingest.sources.fields.dates import check_ages, parse_rfc2822
from pipeline.ingest.sources.fields.sizes import limited
from pipeline.ingest.sources.fields.text import paragraphs, plain_line, says_withdrawn
from pipeline.ingest.sources.snapshot.selection import Selection
from storage.arxiv_id import is_key, parse_arxiv_id
from storage.types import Paper, PaperVersion, QuarantinedRecord, Source

_EVERYTHING = Selection()
_ID_BYTES = re.compile(rb'"id"\s*:\s*"([^"\\]{1,40})"')
_VERSION = re.compile(r"v([1-9][0-9]{0,3})")
# Controls and lone surrogates, which JSON can spell.
_MAYBE_FORBIDDEN = re.compile(rb"\\u(?:00[01]|[dD][89a-fA-F])")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
# Extra blanks, TeX, compound initials torn apart.
_UNTIDY = re.compile(r"\s\s|\\|\. -|\t|^\s|\s$")


@dataclass(frozen=True, slots=True)
class SnapshotBatch:
    """The outcome of a batch of lines."""

    papers: tuple[Paper, ...]
    malformed: tuple[QuarantinedRecord, ...]
    #: records outside the selection
    unwanted: int


def parse_lines(lines: Iterable[bytes], selection: Selection, *, at: datetime) -> SnapshotBatch:
    """Parse lines and quarantine unreadable ones; `at` dates what is quarantined.

    A record with forbidden characters is stored without them, and its line is quarantined.
    """
    papers: list[Paper] = []
    malformed: list[QuarantinedRecord] = []
    unwanted = 0
    for line in lines:
        try:
            fields = _fields(line)
            if _MAYBE_FORBIDDEN.search(line) and (cleaned := _cleaned(fields)) != fields:
                fields = cleaned
                malformed.append(_set_aside(line, "forbidden characters were taken out", at))
            paper = _paper(fields, selection)
            if paper is not None:
                check_ages(paper, at)
        except MalformedRecordError as error:
            malformed.append(_set_aside(line, error.message, at))
            continue
        if paper is None:
            unwanted += 1
        else:
            papers.append(paper)
    return SnapshotBatch(tuple(papers), tuple(malformed), unwanted)


def paper_from_line(line: bytes) -> Paper:
    """Parse the paper of one line.

    Raises:
        MalformedRecordError: it is not a JSON object, or ID, title, categories or versions are
            unreadable.
    """
    paper = _paper(_cleaned(_fields(line)), _EVERYTHING)
    assert paper is not None
    return paper


def _fields(line: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(line, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise MalformedRecordError(f"the line is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise MalformedRecordError("the line is not a JSON object")
    return fields


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON, of which Python would keep the last of two equal names."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise MalformedRecordError("a field occurs twice")
    return fields


def _paper(fields: dict[str, Any], selection: Selection) -> Paper | None:
    listed = _text(fields, "categories")
    categories = _categories(listed)
    if not categories:
        raise MalformedRecordError("the record has no category")
    history = fields.get("versions")
    if not isinstance(history, list) or not history:
        raise MalformedRecordError("the record has no version")
    versions = [_version(version) for version in history]
    if len(versions) > 1:
        versions.sort(key=lambda version: version.version)
    first = versions[0]
    arxiv_id = _identifier(_text(fields, "id"))
    if not selection.wants_categories(listed) or not selection.wants_day(first.submitted_at):
        return None
    title = plain_line(_text(fields, "title"))
    if not visible(title).strip():
        raise MalformedRecordError("the record has no title")
    comment = _optional(fields, "comments")
    last = versions[-1]
    if says_withdrawn(comment):
        last = versions[-1] = PaperVersion(last.version, last.submitted_at, withdrawn=True)
    paper = Paper(
        arxiv_id=arxiv_id,
        version=last.version,
        title=title,
        abstract=paragraphs(_text(fields, "abstract")),
        authors=_authors(fields),
        categories=categories,
        primary_category=categories[0],
        source=Source.SNAPSHOT,
        comment=comment,
        doi=_optional(fields, "doi"),
        journal_ref=_optional(fields, "journal-ref"),
        license=_optional(fields, "license"),
        submitted_at=first.submitted_at if first.version == 1 else None,
        updated_at=last.submitted_at,
        withdrawn=last.withdrawn,
        versions=tuple(versions),
        datestamp=_day(_text(fields, "update_date")),
    )
    return limited(paper)


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if type(value) is str:
        return value
    if value is None:
        return ""
    raise MalformedRecordError(f"the field {name!r} is not text")


def _optional(fields: dict[str, Any], name: str) -> str | None:
    text = _text(fields, name)
    return (plain_line(text) or None) if text else None


@lru_cache(maxsize=65536)
def _categories(listed: str) -> tuple[str, ...]:
    return canonical_categories(listed.split())


@lru_cache(maxsize=16384)
def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise MalformedRecordError(f"the day {text!r:.100} cannot be read") from error


def _identifier(text: str) -> str:
    if is_key(text):
        return text
    identifier = parse_arxiv_id(text)
    if identifier is None:
        raise MalformedRecordError(f"{text!r:.100} is not an arXiv ID")
    return identifier.base


def _version(stated: Any) -> PaperVersion:
    try:
        match = _VERSION.fullmatch(stated["version"])
        if match is not None:
            return PaperVersion(int(match[1]), parse_rfc2822(stated["created"]))
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        pass
    raise MalformedRecordError(f"the version {stated!r:.200} cannot be read")


def _authors(fields: dict[str, Any]) -> tuple[str, ...]:
    """Return the names arXiv parsed as `Fore Family, Suffix`."""
    parsed = fields.get("authors_parsed")
    if not parsed:
        return split_authors(_text(fields, "authors"))
    try:
        names = [_name(person) for person in parsed]
        listed = "\n".join(names)
    except TypeError as error:
        raise MalformedRecordError("the field 'authors_parsed' does not hold names") from error
    if _UNTIDY.search(listed):
        # arXiv's parser tears compound initials apart: `C. -P. Yuan`.
        names = [plain_line(name.replace(". -", ".-")) for name in names]
    return tuple([name for name in names if name])


def _name(person: Any) -> str:
    if type(person) is not list or not person:
        raise MalformedRecordError(f"the name {person!r:.100} cannot be read")
    name: str = f"{person[1]} {person[0]}" if len(person) > 1 and person[1] else person[0]
    return f"{name}, {person[2]}" if len(person) > 2 and person[2] else name


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _FORBIDDEN.sub("", value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {_cleaned(name): _cleaned(item) for name, item in value.items()}
    return value


def _set_aside(line: bytes, reason: str, at: datetime) -> QuarantinedRecord:
    match = _ID_BYTES.search(line)
    identifier = parse_arxiv_id(match[1].decode("ascii", errors="replace")) if match else None
    arxiv_id = identifier.base if identifier else None
    return QuarantinedRecord(Source.SNAPSHOT.value, reason, line, None, arxiv_id, at)
