"""Write a paper in the form of a template; what the paper lacks goes with its separators."""

import re

from pipeline.curated.insertion.dates import Habits, write_date
from pipeline.curated.insertion.escape import escaped
from pipeline.curated.insertion.people import write_authors
from pipeline.curated.insertion.tidy import GONE, mark_place, tidy, value_mark
from pipeline.curated.insertion.types import Kind, NewPaper, Piece, Template
from storage.paper_key import doi_of, key_label

_STARS = re.compile(r"(?P<before>github/stars/)[^/?#\s]+/[^/?#\s]+?(?=\.svg|[?#)\"' ]|$)")
_YEAR = re.compile(r"(?P<before>[ ,'\u2019]*)(?<!\d)(?P<year>(?:19|20)\d\d|\d\d)(?!\d)")
#: a short name and its year, if it states one; a volume, pages or a workshop are of no entry
_VENUE = re.compile(
    r"(?P<name>[^\W\d_][^\d()\[\]|]{0,38}?)(?:[ '\u2019-]*(?P<year>(?:19|20)\d\d))?"
    r"(?: ?\((?:oral|spotlight|poster|highlight|main)\b[^()]*\))?",
    re.IGNORECASE,
)
_REPOSITORY = re.compile(r"https?://github\.com/(?P<repository>[\w.-]+/[\w.-]+?)(?:\.git)?/?$")

_ARXIV = re.compile(r"arxiv|\d{4}\.\d{4,5}", re.IGNORECASE)
# where the year of an entry follows: `arXiv 2026`
_SERVER = re.compile(r"\barxiv(?: preprint)?\b ?", re.IGNORECASE)
_LINE_MARKS = " \t-+*>"


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
    return _Writer(template, paper, habits, number).write(filler)


class _Writer:
    """Writes one paper in one form."""

    def __init__(
        self, template: Template, paper: NewPaper, habits: Habits, number: int | None
    ) -> None:
        self._template, self._paper, self._habits, self._number = template, paper, habits, number
        self._in_row = template.block == "row"
        self._at_arxiv = doi_of(paper.arxiv_id) is None
        self._parts: list[str] = []
        #: whether the line that is being written has only blanks and marks yet
        self._starts_line = True
        #: kind of link and whether it has a picture
        self._linked: set[tuple[Kind, bool]] = set()

    def write(self, filler: str) -> str:
        values: list[str] = []
        for piece in self._template.pieces:
            if piece.kind is Kind.TEXT:
                self._append(piece.text if self._at_arxiv else _SERVER.sub("", piece.text))
                continue
            value = self._value(piece)
            self._append(GONE if value is None else value_mark(len(values)))
            if value is not None:
                values.append(value)
        text = tidy("".join(self._parts), in_row=self._in_row, filler=filler)
        return "".join(values[place] if (place := mark_place(c)) is not None else c for c in text)

    def _append(self, part: str) -> None:
        _, newline, line = part.rpartition("\n")
        self._starts_line = bool(newline or self._starts_line) and not line.strip(_LINE_MARKS)
        self._parts.append(part)

    def _value(self, piece: Piece) -> str | None:
        """Return what stands in the place of a piece; None: nothing does."""
        paper = self._paper
        match piece.kind:
            case Kind.TITLE:
                return self._escaped(paper.title) or None
            case Kind.NAME:
                return self._escaped(paper.short_name) or None
            case Kind.ABSTRACT:
                return self._escaped(paper.abstract) or None
            case Kind.AUTHORS:
                return self._authors(piece)
            case Kind.DATE:
                return write_date(piece.text, piece.form, paper.day, self._habits)
            case Kind.VENUE:
                return self._venue(piece.text)
            case Kind.NUMBER:
                return None if self._number is None else str(self._number)
            case Kind.CODE | Kind.PROJECT:
                return self._other(piece)
            case Kind.ID | Kind.URL | Kind.PAPER:
                return _own_link(piece, paper) if self._at_arxiv else self._link_of_doi(piece)
        return None

    def _link_of_doi(self, piece: Piece) -> str:
        """Return the link to a paper that is not at arXiv, without a word of arXiv."""
        paper, form = self._paper, piece.form
        if piece.kind is Kind.ID:
            return self._escaped(key_label(paper.arxiv_id))
        if form.get("reference"):
            return f"({paper.url})"
        if piece.kind is Kind.URL:
            return paper.url
        linked = _to(piece, paper.url)
        if not form["image"] and not _ARXIV.search(linked.replace(paper.url, "")):
            return linked
        is_html = piece.text.startswith("<")
        return f'<a href="{paper.url}">DOI</a>' if is_html else f"[DOI]({paper.url})"

    def _escaped(self, text: str) -> str:
        return escaped(
            text,
            is_html=self._template.is_html,
            in_row=self._in_row,
            starts_line=self._starts_line,
        )

    def _authors(self, piece: Piece) -> str | None:
        if not self._paper.authors:
            return None
        parts = write_authors(piece.form, self._paper.authors)
        return "".join(t if n % 2 else self._escaped(t) for n, t in enumerate(parts))

    def _venue(self, written: str) -> str | None:
        """Return the paper's venue with its year as `written` has it, else arXiv or nothing."""
        found = _VENUE.fullmatch(self._paper.venue)
        if found:
            return self._escaped(_like(written, found["name"], found["year"] or ""))
        if not (self._habits.names_server and self._at_arxiv):
            return None
        return _like(written, "arXiv", str(self._paper.day.year))

    def _other(self, piece: Piece) -> str | None:
        """Return a link to code or project, once with a picture and once without."""
        url = self._paper.code if piece.kind is Kind.CODE else self._paper.project
        image = piece.form["image"]
        seen = (piece.kind, bool(image))
        if not url or seen in self._linked:
            return None
        self._linked.add(seen)
        if piece.kind is Kind.PROJECT or "github/stars/" not in image:
            return _to(piece, url)
        repository = _REPOSITORY.match(url)
        if repository is None:
            return f"[{piece.form['label'] or 'Code'}]({_safe(url)})" if piece.form["url"] else None
        starred = _STARS.sub(rf"\g<before>{repository['repository']}", piece.text)
        return _to(Piece(piece.kind, starred, piece.form), url) if piece.form["url"] else starred


def _own_link(piece: Piece, paper: NewPaper) -> str:
    if piece.form.get("reference"):
        return f"({paper.url})"
    if piece.form["id"]:
        known = re.escape(piece.form["id"])
        return re.sub(rf"{known}(?:v\d+)?", lambda _: paper.arxiv_id, piece.text)
    return paper.url if piece.kind is Kind.URL else _to(piece, paper.url)


def _like(written: str, name: str, year: str) -> str:
    """Return a venue with its year in the form of another one, which may have none."""
    form = _YEAR.search(written)
    if form is None or not year:
        return name
    return f"{name}{form['before']}{year if len(form['year']) == 4 else year[2:]}"


def _to(piece: Piece, url: str) -> str:
    """Return a link with another address; a reference link names it in place."""
    old = piece.form["url"]
    if old in piece.text:
        head, _, tail = piece.text.rpartition(old)
        return f"{head}{_safe(url)}{tail}"
    return re.sub(r"\]\s?(?:\[[^\[\]]*\])?$", lambda _: f"]({_safe(url)})", piece.text)


def _safe(url: str) -> str:
    return url.replace("(", "%28").replace(")", "%29")
