"""Parse a bulleted block or table row into an entry, or the reason why it is not one."""

import re
from dataclasses import dataclass, field
from datetime import date

from pipeline.curated.blocks import Block
from pipeline.curated.dates import looks_like_date, parse_date
from pipeline.curated.links import Captions, find_arxiv_ids, read_links, sort_links, without_links
from pipeline.curated.people import is_venue, read_people
from pipeline.curated.tables import read_row
from pipeline.curated.types import Entry, Link, Links, UnreadableEntry

_BULLET = re.compile(r"\s*(?:[-+*]|\d+[.)])(?P<gap>\s*)")
# A title may span lines, but ends before authors, badges or a new paragraph.
_BOLD = re.compile(
    r"(?P<mark>\*\*|__)(?P<title>(?:(?!\n\s*\n|<details|\[!\[).)+?)(?P=mark)", re.DOTALL
)
_TAG = re.compile(r"\[(?P<tag>[^\[\]]+)\]\s*")
_PARENTHESES = re.compile(r"\((?P<text>[^()]*+)\)")
_BACKQUOTED = re.compile(r"`(?P<tag>[^`\n]+)`")


@dataclass(frozen=True, slots=True)
class ListFormat:
    """What differs between lists; the defaults read the survey's own."""

    captions: Captions = field(default_factory=Captions)


@dataclass(frozen=True, slots=True)
class _Title:
    text: str
    #: of a linked title
    link: Link | None
    tail: str


def read_entry(block: Block, list_format: ListFormat) -> Entry | UnreadableEntry | None:
    """Read one block; return None for prose or a table of contents.

    An entry begins with a title in bold or as a link; a table row needs an arXiv link or a title
    column and a link. Other blocks that name arXiv are unreadable.
    """
    if block.columns:
        return _read_row(block, list_format)
    bullet = _BULLET.match(block.text)
    assert bullet is not None
    body = block.text[bullet.end() :]
    links = read_links(body)
    title = _read_title(body, links)
    if not bullet["gap"]:
        return unreadable(block, "a blank is missing between the bullet and the title")
    if title is None:
        if body.startswith(("**", "__")):
            return unreadable(block, "the bold title is empty or never closed")
        if "arxiv.org/" in body:
            return unreadable(block, "it has no title in bold or as a link")
        return None
    nickname, tag, text = _split_tags(title.text)
    if not text:
        return unreadable(block, "the title is empty")
    date_text, day, venue = _read_date(title.tail)
    people = read_people(_before_links(title.tail))
    sorted_links = sort_links(_title_as_paper(title.link, links, list_format), list_format.captions)
    return Entry(
        file=block.file,
        title=text,
        headings=block.headings,
        date_text=date_text,
        date=day,
        authors=people.authors,
        venue=tag or venue or people.venue,
        nickname=nickname,
        links=sorted_links,
        tags=_read_tags(title.tail),
        arxiv_ids=find_arxiv_ids(links, sorted_links.paper),
        readings=(),
        words=_words(block),
        claim=True,
        span=block.span,
        line=block.line,
    )


def _read_row(block: Block, list_format: ListFormat) -> Entry | UnreadableEntry | None:
    row = read_row(block.text, block.columns)
    links = read_links(row.text)
    if not find_arxiv_ids(links, None) and not (row.of_papers and links):
        return None
    _, plain = without_links(row.title)
    title = _read_title(row.title, read_links(row.title)) or _Title(_one_line(plain), None, "")
    nickname, tag, text = _split_tags(title.text)
    if not text:
        return unreadable(block, "the title is empty")
    sorted_links = sort_links(_title_as_paper(title.link, links, list_format), list_format.captions)
    return Entry(
        file=block.file,
        title=text,
        headings=block.headings,
        date_text=row.date or None,
        date=parse_date(row.date),
        authors=read_people(f"\n{row.authors}").authors,
        venue=tag or row.venue or None,
        nickname=nickname,
        links=sorted_links,
        tags=(),
        arxiv_ids=find_arxiv_ids(links, sorted_links.paper),
        readings=(),
        words=_words(block),
        claim=True,
        span=block.span,
        line=block.line,
    )


def is_bare(entry: Entry) -> bool:
    """Say whether nothing follows the title."""
    return not entry.authors and entry.date_text is None and entry.links == Links()


def unreadable(block: Block, reason: str) -> UnreadableEntry:
    """Report a block with its first line."""
    first_line = block.text.splitlines()[0].strip()
    ids = find_arxiv_ids(read_links(block.text), None)
    return UnreadableEntry(
        block.file, block.line, first_line, reason, block.headings, ids, block.span
    )


def _words(block: Block) -> str:
    _, plain = without_links(block.text)
    labels = (link.label for link in read_links(block.text))
    return _one_line(" ".join((plain, *labels)))


def _read_title(body: str, links: tuple[Link, ...]) -> _Title | None:
    if match := _BOLD.match(body):
        inner = read_links(match["title"])
        link = inner[0] if len(inner) == 1 and match["title"].startswith("[") else None
        text = link.label if link else match["title"]
        return _Title(_one_line(text), link, body[match.end() :])
    if links and links[0].image is None and body.startswith(f"[{links[0].label}]("):
        _, _, tail = body.partition(links[0].url)
        return _Title(_one_line(links[0].label.strip("*_")), links[0], tail.partition(")")[2])
    return None


def _title_as_paper(
    title: Link | None, links: tuple[Link, ...], list_format: ListFormat
) -> tuple[Link, ...]:
    if title is None:
        return links
    captions = {link.label.strip("[] ").lower() for link in links}
    if captions & list_format.captions.paper:
        return links
    return tuple(Link("paper", link.url) if link == title else link for link in links)


def _split_tags(title: str) -> tuple[str | None, str | None, str]:
    """Split `[CVPR 2024] [IV-VAE] Improved ...` into short name, venue and title."""
    nickname = venue = None
    rest = title
    while match := _TAG.match(rest):
        tag = match["tag"].strip()
        if is_venue(tag):
            venue = venue or tag
        elif nickname is None:
            nickname = tag
        else:
            break
        rest = rest[match.end() :]
    return nickname, venue, rest.strip()


def _before_links(tail: str) -> str:
    head, _ = without_links(tail)
    return _PARENTHESES.sub(
        lambda match: " " if parse_date(match["text"]) else match[0], head, count=1
    )


def _read_date(tail: str) -> tuple[str | None, date | None, str | None]:
    """Return the date's text, its day if valid, and the venue behind the title."""
    _, rest = without_links(tail.partition("<details")[0].partition("\n")[0])
    found = [match["text"].strip() for match in _PARENTHESES.finditer(rest)]
    venue = next((text for text in found if is_venue(text) and not looks_like_date(text)), None)
    for text in found:
        if day := parse_date(text):
            return text, day, venue
    return next(filter(looks_like_date, found), None), None, venue


def _read_tags(tail: str) -> tuple[str, ...]:
    _, rest = without_links(tail)
    return tuple(dict.fromkeys(match["tag"].strip() for match in _BACKQUOTED.finditer(rest)))


def _one_line(text: str) -> str:
    return " ".join(text.split())
