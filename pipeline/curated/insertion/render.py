"""Write a paper in the form of a template; what the paper lacks goes with its separators."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from pipeline.curated.insertion.dates import Habits, write_date
from pipeline.curated.insertion.escape import escaped
from pipeline.curated.insertion.people import write_authors
from pipeline.curated.insertion.tidy import GONE, tidy, value_mark
from pipeline.curated.insertion.types import Kind, NewPaper, Piece, Template

_STARS = re.compile(r"(?P<before>github/stars/)[^/?#\s]+/[^/?#\s]+?(?=\.svg|[?#)\"' ]|$)")
_YEAR = re.compile(r"(?P<before>[ ,'\u2019]*)(?<!\d)(?P<year>(?:19|20)\d\d|\d\d)(?!\d)")
_REPOSITORY = re.compile(r"https?://github\.com/(?P<repository>[\w.-]+/[\w.-]+?)(?:\.git)?/?$")


@dataclass
class _Written:
    """The values so far."""

    values: list[str] = field(default_factory=list)
    once: set[tuple[Kind, bool]] = field(default_factory=set)

    def mark(self, value: str) -> str:
        self.values.append(value)
        return value_mark(len(self.values) - 1)


def render(
    template: Template, paper: NewPaper, habits: Habits, *, number: int | None, filler: str = ""
) -> str:
    """Return the lines of an entry for a paper, without the last line's end.

    Args:
        template: an entry of the list.
        paper: what to write.
        habits: how the list writes dates.
        number: of the entry, where entries are numbered.
        filler: what the list writes in a cell without a value.
    """
    written = _Written()
    parts: list[str] = []
    for piece in template.pieces:
        if piece.kind is Kind.TEXT:
            parts.append(piece.text)
            continue
        starts = not "".join(parts).rpartition("\n")[2].strip(" \t-+*>")
        escape = partial(
            escaped, is_html=template.is_html, in_row=template.block == "row", starts_line=starts
        )
        value = _value(piece, paper, habits, number, escape, written)
        parts.append(GONE if value is None else written.mark(value))
    text = tidy("".join(parts), in_row=template.block == "row", filler=filler)
    for place, value in enumerate(written.values):
        text = text.replace(value_mark(place), value)
    return text


def _value(
    piece: Piece,
    paper: NewPaper,
    habits: Habits,
    number: int | None,
    escape: Callable[[str], str],
    written: _Written,
) -> str | None:
    match piece.kind:
        case Kind.TITLE:
            return escape(paper.title)
        case Kind.NAME:
            return escape(paper.short_name) if paper.short_name else None
        case Kind.AUTHORS:
            names = write_authors(piece.form, paper.authors) if paper.authors else []
            return "".join(t if n % 2 else escape(t) for n, t in enumerate(names)) or None
        case Kind.DATE:
            return write_date(piece.text, piece.form, paper.day, habits)
        case Kind.VENUE:
            return _venue(piece.text, paper) if habits.names_server else None
        case Kind.NUMBER:
            return None if number is None else str(number)
        case Kind.ABSTRACT:
            return escape(paper.abstract) if paper.abstract else None
        case Kind.ID:
            return _with_id(piece, paper)
        case Kind.URL:
            return _address(piece, paper)
        case Kind.PAPER:
            return _with_id(piece, paper) if piece.form["id"] else _to(piece, paper.url)
        case Kind.CODE | Kind.PROJECT:
            return _other(piece, paper, written)
    return None


def _venue(written: str, paper: NewPaper) -> str:
    """Return arXiv in the place of a conference, with the year as that had it."""
    year = _YEAR.search(written)
    if year is None:
        return "arXiv"
    value = str(paper.day.year)
    return f"arXiv{year['before']}{value if len(year['year']) == 4 else value[2:]}"


def _with_id(piece: Piece, paper: NewPaper) -> str:
    known = re.escape(piece.form["id"])
    return re.sub(rf"{known}(?:v\d+)?", lambda _: paper.arxiv_id, piece.text)


def _address(piece: Piece, paper: NewPaper) -> str:
    if piece.form.get("reference"):
        return f"({paper.url})"
    return _with_id(piece, paper) if piece.form["id"] else paper.url


def _to(piece: Piece, url: str) -> str:
    """Return a link with another address; a reference link names it in place."""
    old = piece.form["url"]
    if old in piece.text:
        head, _, tail = piece.text.rpartition(old)
        return f"{head}{_safe(url)}{tail}"
    return re.sub(r"\]\s?(?:\[[^\[\]]*\])?$", lambda _: f"]({_safe(url)})", piece.text)


def _safe(url: str) -> str:
    return url.replace("(", "%28").replace(")", "%29")


def _other(piece: Piece, paper: NewPaper, written: _Written) -> str | None:
    url = paper.code if piece.kind is Kind.CODE else paper.project
    image = piece.form["image"]
    seen = (piece.kind, bool(image))
    if not url or seen in written.once:
        return None
    written.once.add(seen)
    if piece.kind is Kind.CODE and "github/stars/" in image:
        repository = _REPOSITORY.match(url)
        if repository is None:
            return f"[{piece.form['label'] or 'Code'}]({_safe(url)})" if piece.form["url"] else None
        starred = _STARS.sub(rf"\g<before>{repository['repository']}", piece.text)
        if not piece.form["url"]:
            return starred
        return _to(Piece(piece.kind, starred, piece.form), url)
    return _to(piece, url)
