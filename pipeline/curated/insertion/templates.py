"""Read the entries of a list as templates: what they share, and what is each one's own."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.curated.insertion.claims import Claim, find_claims
from pipeline.curated.insertion.extents import Extent
from pipeline.curated.insertion.types import Kind, Piece, Template
from pipeline.curated.markdown.vocabulary import (
    AUTHOR_LABELS,
    BESIDE_WORDS,
    OTHER_CAPTIONS,
    PAPER_WORDS,
    TITLE_LABELS,
)

_TAG = re.compile(
    r"<!--[^\n]{0,300}?-->|</?[A-Za-z][^<>]{0,2000}+>|:[a-z][a-z0-9_+-]{1,40}+:|&#?\w{1,8}+;"
)
_RUN_WORD = r"[^\W_](?:[\w'\u2019.+%/&-]*\w)?%?"
_RUN = re.compile(
    rf"{_RUN_WORD}(?:(?:[ \t]*+[,;.!?:\uff0c\u3002\u3001][ \t]++|[ \t]++){_RUN_WORD})*"
)
_LABEL = re.compile(r"(?P<label>[^\W\d_][\w \-/]{0,24}?)[ ]?[:\uff1a]")
_WORD = re.compile(r"[^\W_]+")
_OF_ABSTRACT = re.compile(r"abstract|\u6458\u8981", re.IGNORECASE)
#: signs in the place of values while an entry is written
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_SERVER = re.compile(r"\barxiv\b(?!:)", re.IGNORECASE)
_PLAIN = re.compile(r"[\s\[\](),.;|\u00b7\x00]+")

#: said of one paper, though lists say it often
_OWN_WORDS = frozenset(
    {
        *("oral", "spotlight", "poster", "workshop", "award", "awards", "new", "news", "hot"),
        *("best", "highlight", "long", "short", "main"),
    }
)
_COMMON_WORDS = (
    PAPER_WORDS | BESIDE_WORDS | OTHER_CAPTIONS | AUTHOR_LABELS | TITLE_LABELS
    | {"et", "al", "by", "with", "preprint", "arxiv", "null", "none", "n", "a"}
) - _OWN_WORDS  # fmt: skip
#: share of a list's entries that say the same, and words of what may be said so often
_OFTEN = 0.25
_MOST_WORDS = 5
#: share of entries that name arXiv as a venue, from which a list does
_NAMED = 0.1
_NAME_WORDS = 3
_ABSTRACT_WORDS = 8


@dataclass(frozen=True, slots=True)
class _Read:
    """An entry with its claims, and its other words by characters."""

    extent: Extent
    claims: tuple[Claim, ...]
    runs: tuple[tuple[int, int], ...]


def read_templates(
    extents: Sequence[Extent], definitions: Mapping[str, str]
) -> tuple[Template, ...]:
    """Return the entries that can serve as templates, in order."""
    read = [made for extent in extents if (made := _read(extent, definitions))]
    said = Counter(
        text for one in read for text in {_key(one.extent.text[a:b]) for a, b in one.runs}
    )
    often = max(2, len(read) * _OFTEN)
    common = {
        text for text, count in said.items()
        if count >= often and len(_WORD.findall(text)) <= _MOST_WORDS
    }  # fmt: skip
    return tuple(_template(one, common) for one in read)


def _key(text: str) -> str:
    return " ".join(text.lower().split())


def _read(extent: Extent, definitions: Mapping[str, str]) -> _Read | None:
    if extent.title is None or not extent.is_whole or _PRIVATE.search(extent.text):
        return None
    claims = find_claims(extent.text, extent.title, extent.entry, definitions)
    if claims is None:
        return None
    masked = extent.text
    for one in claims:
        masked = masked[: one.start] + "\x00" * (one.end - one.start) + masked[one.end :]
    masked = _TAG.sub(lambda match: "\x00" * len(match[0]), masked)
    return _Read(extent, tuple(claims), tuple(_runs(masked)))


def _runs(masked: str) -> Iterator[tuple[int, int]]:
    for run in _RUN.finditer(masked):
        start, end = run.span()
        label = _LABEL.match(masked, start, end)
        if label and label.end() < end:
            yield label.span("label")
            rest = _RUN.search(masked, label.end(), end)
            if rest:
                yield rest.span()
        else:
            yield start, end


def _template(read: _Read, common: set[str]) -> Template:
    text = read.extent.text
    title = next(one.start for one in read.claims if one.kind is Kind.TITLE)
    claims = list(read.claims)
    for start, end in read.runs:
        kind = _kind_of_run(text, start, end, title, common)
        if kind is not Kind.TEXT:
            claims.append(Claim(start, end, kind))
    pieces: list[Piece] = []
    place = 0
    for one in sorted(claims, key=lambda one: one.start):
        if one.start > place:
            pieces.append(Piece(Kind.TEXT, text[place : one.start]))
        pieces.append(Piece(one.kind, text[one.start : one.end], one.form))
        place = one.end
    if place < len(text):
        pieces.append(Piece(Kind.TEXT, text[place:]))
    extent = read.extent
    return Template(
        tuple(pieces),
        _shape(pieces),
        extent.block,
        extent.is_html,
        extent.place,
        extent.entry.file,
    )


def _kind_of_run(text: str, start: int, end: int, title: int, common: set[str]) -> Kind:
    said = text[start:end]
    words = _WORD.findall(said.lower())
    if _key(said) in common or all(word in _COMMON_WORDS for word in words):
        return Kind.TEXT
    if text[end : end + 2].lstrip(" ")[:1] in {":", "\uff1a"} and end > title:
        return Kind.TEXT  # a label; its line goes with its value
    if len(words) >= _ABSTRACT_WORDS and _OF_ABSTRACT.search(text, max(0, start - 60), start):
        return Kind.ABSTRACT
    if end <= title and len(words) <= _NAME_WORDS:
        return Kind.NAME
    return Kind.OWN


_SHAPED = {Kind.TITLE: "{t}", Kind.AUTHORS: "{a}", Kind.DATE: "{d}", Kind.NUMBER: "{n}"}


def _shape(pieces: Sequence[Piece]) -> str:
    parts = []
    for piece in pieces:
        if piece.kind is Kind.TEXT:
            parts.append(_PLAIN.sub("", piece.text))
        else:
            parts.append(_SHAPED.get(piece.kind, ""))
    return "".join(parts)


def names_server(templates: Sequence[Template]) -> bool:
    """Say whether a list names arXiv as the venue of papers that have none."""
    named = sum(
        any(piece.kind is Kind.TEXT and _SERVER.search(piece.text) for piece in one.pieces)
        for one in templates
    )
    return named >= max(1, _NAMED * len(templates))
