"""Find what the parts of an entry say: its title, links, authors, dates and what is its own."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.curated.insertion.dates import find_dates
from pipeline.curated.insertion.numbers import NUMBER
from pipeline.curated.insertion.people import find_authors
from pipeline.curated.insertion.types import Kind
from pipeline.curated.markdown.dates import looks_like_date
from pipeline.curated.markdown.inline import Mark, read_inline
from pipeline.curated.markdown.links import is_paper_caption, is_paper_url, mark_id
from pipeline.curated.types import Entry
from storage.arxiv_id import find_arxiv_ids, id_month
from storage.paper_key import is_doi_key

_CODE = re.compile(
    r"\b(?:code|github|repo|repository|stars?|official)\b|\u4ee3\u7801|\u6e90\u7801|github/stars/",
    re.IGNORECASE,
)
_PROJECT = re.compile(
    r"\b(?:project|website|webpage|homepage|home|page)\b|\u4e3b\u9875|\u9879\u76ee", re.IGNORECASE
)
_CITATION = re.compile(r"\bcitations?\b|badge/citation-", re.IGNORECASE)
_SERVER = re.compile(r"arxiv|preprint|corr\b", re.IGNORECASE)
_HIDDEN = "\x00"


@dataclass(frozen=True, slots=True)
class Claim:
    """A part of an entry that has a meaning, by characters."""

    start: int
    end: int
    kind: Kind
    form: Mapping[str, Any] = field(default_factory=dict)


def find_claims(
    raw: str, title: tuple[int, int], entry: Entry, definitions: Mapping[str, str]
) -> list[Claim] | None:
    """Return the claims of an entry's text in order; None if it cannot serve as an example.

    Args:
        raw: the entry's lines.
        title: where the title stands, with the marks around it.
        entry: as read.
        definitions: the file's reference links.
    """
    at = _title_in(raw, title, entry.title)
    if at is None:
        return None
    taken = _Taken(raw, [Claim(*at, Kind.TITLE)])
    for mark in read_inline(raw, definitions).links:
        if mark.start <= at[0] and at[1] <= mark.end:
            made = _around_title(raw, mark, at)
            if made is None:
                return None
            taken.add([made])
        elif not taken.overlaps(mark.start, mark.end):
            taken.add([_link(raw, mark, entry)])
    number = NUMBER.match(raw)
    if number and number.end() <= at[0]:
        taken.add([Claim(*number.span("number"), Kind.NUMBER)])
    taken.add(
        Claim(one.start, one.end, Kind.ID, {"id": one.id.base})
        for one in find_arxiv_ids(taken.masked)
    )
    if entry.nickname and (place := raw.find(entry.nickname, 0, at[0])) >= 0:
        taken.add([Claim(place, place + len(entry.nickname), Kind.NAME)])
    venue = _without_days(entry.venue or "")
    if venue and _is_venue(venue):
        taken.add(Claim(*span, Kind.VENUE) for span in _all_of(venue, taken.masked))
    taken.add(
        Claim(one.start, one.end, Kind.AUTHORS, one.form)
        for one in find_authors(taken.masked, entry.authors)
    )
    taken.add(
        Claim(one.start, one.end, Kind.DATE, {"parts": one.parts})
        for one in find_dates(taken.masked, _month(entry))
    )
    return sorted(taken.claims, key=lambda one: one.start)


class _Taken:
    """The claims so far, and the text without them."""

    def __init__(self, raw: str, claims: list[Claim]) -> None:
        self.claims: list[Claim] = []
        self.masked = raw
        self.add(claims)

    def add(self, claims: Iterator[Claim] | Sequence[Claim]) -> None:
        pieces: list[str] = []
        place = 0
        for one in sorted(claims, key=lambda one: one.start):
            if one.start >= place and not self.overlaps(one.start, one.end):
                self.claims.append(one)
                pieces += (self.masked[place : one.start], _HIDDEN * (one.end - one.start))
                place = one.end
        self.masked = "".join((*pieces, self.masked[place:]))

    def overlaps(self, start: int, end: int) -> bool:
        return _HIDDEN in self.masked[start:end]


def _title_in(raw: str, title: tuple[int, int], text: str) -> tuple[int, int] | None:
    at = raw.find(text, *title) if text else -1
    return (at, at + len(text)) if at >= 0 else None


def _is_venue(text: str) -> bool:
    """Tell a conference from a preprint server, whose year is the paper's, and from a date."""
    return not _SERVER.search(text) and not looks_like_date(text) and any(map(str.isalpha, text))


def _without_days(text: str) -> str:
    """Return a venue without the day or month around it: `3 Feb 2026, ICLR 2026`."""
    for one in find_dates(text, None):
        if one.precise and one.start == 0:
            return text[one.end :].lstrip(" ,;")
        if one.precise and one.end == len(text):
            return text[: one.start].rstrip(" ,;")
    return text


def _all_of(text: str, raw: str) -> Iterator[tuple[int, int]]:
    at = raw.find(text)
    while at >= 0:
        yield at, at + len(text)
        at = raw.find(text, at + len(text))


def _around_title(raw: str, mark: Mark, title: tuple[int, int]) -> Claim | None:
    """Return the address of a link around the title."""
    for start, end in ((title[1], mark.end), (mark.start, title[0])):
        place = raw.find(mark.url, start, end) if mark.url else -1
        if place >= 0:
            has_id = mark_id(mark)
            form = {"id": has_id.base if has_id else "", "url": mark.url}
            return Claim(place, place + len(mark.url), Kind.URL, form)
    label = re.compile(r"\]\[[^\[\]]*\]$").search(raw, title[1], mark.end)
    if label:
        return Claim(label.start() + 1, mark.end, Kind.URL, {"reference": True})
    return None


def _link(raw: str, mark: Mark, entry: Entry) -> Claim:
    own = Claim(mark.start, mark.end, Kind.OWN)
    form = {"url": mark.url, "image": mark.image or "", "label": mark.text}
    said = f"{mark.text.replace('_', ' ')} {mark.image or ''}"
    arxiv_id = mark_id(mark)
    if _CITATION.search(said):
        return own
    if arxiv_id is not None:
        if arxiv_id.base != (entry.arxiv_id.base if entry.arxiv_id else ""):
            return own
        return Claim(mark.start, mark.end, Kind.PAPER, {**form, "id": arxiv_id.base})
    text = raw[mark.start : mark.end]
    if mark.url not in text and not _is_reference(text):
        return own
    if not mark.url:
        is_stars = mark.image is not None and "github/stars/" in mark.image
        return Claim(mark.start, mark.end, Kind.CODE, form) if is_stars else own
    if _CODE.search(said):
        return Claim(mark.start, mark.end, Kind.CODE, form)
    if _PROJECT.search(said):
        return Claim(mark.start, mark.end, Kind.PROJECT, form)
    if "github.com/" in mark.url and not mark.text:
        return Claim(mark.start, mark.end, Kind.CODE, form)
    if is_paper_url(mark.url) or is_paper_caption(mark.text):
        return Claim(mark.start, mark.end, Kind.PAPER, {**form, "id": ""})
    return own


def _is_reference(text: str) -> bool:
    return text.endswith("]")


def _month(entry: Entry) -> tuple[int, int] | None:
    base = entry.arxiv_id.base if entry.arxiv_id else ""
    if is_doi_key(base):
        return None
    return id_month(base) if base.rpartition("/")[2][:4].isdigit() else None
