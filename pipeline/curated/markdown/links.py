"""Say what the links of a block lead to, and sort an entry's links by kind.

Badges of https://shields.io carry data: `badge/citation-{count}-blue.svg?paper={hash}`,
`github/stars/{owner}/{repository}` and `badge/arXiv-{ID}-b31b1b.svg`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from pipeline.curated.markdown.inline import Mark, read_inline
from pipeline.curated.markdown.inline_tokens import Style
from pipeline.curated.markdown.vocabulary import (
    BESIDE_WORDS,
    OTHER_CAPTIONS,
    PAPER_HOSTS,
    PAPER_WORDS,
    VENUES,
)
from pipeline.curated.types import CitationBadge, Link, Links
from storage.address_end import balanced
from storage.arxiv_id import ArxivId, find_arxiv_ids
from storage.paper_key import is_doi_key, parse_key

_STARS = re.compile(
    r"img\.shields\.io/github/stars/(?P<repository>[^/?#\s]+/[^/?#\s]+?)(?:\.svg)?(?=[/?#]|$)"
)
_CITATION = re.compile(r"badge/citation-(?P<count>[^-?]*)-[^?]*(?:\?paper=(?P<paper>[^&#]*))?")
_WORD = re.compile(r"[^\W_]+(?:[.\-'&][^\W_]+)*", re.UNICODE)
_PARENTHESES = re.compile(r"[(\uff08][^()\uff08\uff09]{0,100}+[)\uff09]")
_NUMBER = re.compile(r"(?:v?\d[\d.\-/']*|'\d\d)(?:st|nd|rd|th)?")
_URL = re.compile(r"https?://[^\s<>\"'\[\]{}|`\\]++", re.IGNORECASE)
_LONGEST_CAPTION = 60
#: slashes in `https://github.com/owner/repository`
_REPOSITORY_DEPTH = 4
#: of a host of papers
_MOST_LABELS = max(host.count(".") + 1 for host in PAPER_HOSTS)


@dataclass(frozen=True, slots=True)
class Captions:
    """Captions of each kind of link, in lower case."""

    paper: frozenset[str] = frozenset({"paper", "arxiv", "pdf", "abs", "preprint"})
    code: frozenset[str] = frozenset({"code", "github", "star", "stars", "repo", "official code"})
    project: frozenset[str] = frozenset(
        {"project page", "project", "page", "website", "homepage", "web"}
    )
    citation: frozenset[str] = frozenset({"citation", "citations"})


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An ID or a paper-like link in a text, by characters."""

    start: int
    end: int
    text: str
    #: None: a link to a paper without a key; that of a DOI counts where the paper is held
    arxiv_id: ArxivId | None


def find_occurrences(text: str) -> tuple[Occurrence, ...]:
    """Return every arXiv ID and paper-like link of a text, whatever stands around it."""
    found = [
        Occurrence(one.start, one.end, text[one.start : one.end], one.id)
        for one in find_arxiv_ids(text)
    ]
    for match in _URL.finditer(text):
        url = balanced(match[0])
        found.append(Occurrence(match.start(), match.start() + len(url), url, url_doi(url)))
    kept: list[Occurrence] = []
    # An address that names an ID is no other link.
    for one in sorted(found, key=lambda one: (one.start, one.arxiv_id is None)):
        behind = not kept or one.start >= kept[-1].end
        if behind and (one.arxiv_id is not None or is_paper_url(one.text)):
            kept.append(one)
    return tuple(kept)


@lru_cache(maxsize=4096)
def url_id(url: str) -> ArxivId | None:
    """Return the arXiv ID that an address or `arXiv:ID` names."""
    found = find_arxiv_ids(url)
    return found[0].id if found else None


@lru_cache(maxsize=4096)
def url_doi(url: str) -> ArxivId | None:
    """Return the key of a DOI that an address of doi.org leads to, outside arXiv."""
    key = parse_key(url) if "doi.org/" in url.lower() else None
    return ArxivId(key) if key is not None and is_doi_key(key) else None


def mark_id(mark: Mark) -> ArxivId | None:
    """Return the arXiv ID of a link, or of the badge that shows it."""
    found = url_id(mark.url)
    if found is None and not mark.url and mark.image and "badge" in mark.image:
        return url_id(mark.image)
    return found


@lru_cache(maxsize=4096)
def is_paper_url(url: str) -> bool:
    """Say whether a URL leads to a paper by its host or its name."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host, path = (parts.hostname or "").removeprefix("www."), parts.path
    except ValueError:
        return False
    if path.lower().endswith(".pdf"):
        return bool(host)
    labels = host.rsplit(".", _MOST_LABELS)[-_MOST_LABELS:]
    known = any(".".join(labels[n:]) in PAPER_HOSTS for n in range(len(labels) - 1))
    return known and len(path) > 1


def is_elsewhere(url: str) -> bool:
    """Say whether a link leaves the page and its repository's files."""
    return "://" in url


def is_contents_url(url: str) -> bool:
    """Say whether a link leads to a place in a list: an anchor or a Markdown file."""
    if not url or url.startswith("#"):
        return True
    if "://" not in url:
        return url_id(url) is None
    bare, _, anchor = url.partition("#")
    in_repository = "github.com/" in bare and bare.count("/") >= _REPOSITORY_DEPTH
    return in_repository and (bool(anchor) or bare.lower().endswith(".md"))


def caption_words(label: str) -> list[str]:
    """Return the words of a caption in lower case, without what stands in parentheses."""
    bare = _PARENTHESES.sub(" ", label) if "(" in label or "\uff08" in label else label
    return [word for word in _WORD.findall(bare.lower()) if not _NUMBER.fullmatch(word)]


@lru_cache(maxsize=4096)
def is_paper_caption(label: str) -> bool:
    """Tell `[PDF]`, `arXiv:2403.00001` and `[CVPR 2024]` from a title."""
    if len(label) > _LONGEST_CAPTION:
        return False
    words = caption_words(label)
    if not words:
        return True
    return any(word in PAPER_WORDS or word in VENUES for word in words) and all(
        word in PAPER_WORDS or word in BESIDE_WORDS or word in VENUES or word in OTHER_CAPTIONS
        for word in words
    )


@lru_cache(maxsize=4096)
def is_caption(label: str) -> bool:
    """Say whether a text is a caption or the name of a field, and no title."""
    if len(label) > _LONGEST_CAPTION:
        return False
    if is_paper_caption(label):
        return True
    return all(
        word in OTHER_CAPTIONS or word in PAPER_WORDS or word in BESIDE_WORDS
        for word in caption_words(label)
    )


def as_links(marks: Iterable[Mark]) -> tuple[Link, ...]:
    """Return links and linked badges, except those within the page."""
    return tuple(
        Link(_label(mark), mark.url, mark.image)
        for mark in marks
        if mark.url and not mark.url.startswith("#")
    )


def _label(mark: Mark) -> str:
    return mark.text if mark.style is not Style.URL else ""


def without_links(text: str) -> tuple[str, str]:
    """Return the text before the first link, and the text with links blanked out."""
    marks = read_inline(text, {}).links
    pieces, place = [], 0
    for mark in marks:
        pieces.append(text[place : max(mark.start, place)])
        place = max(place, mark.end)
    before = text[: marks[0].start] if marks else text
    return before, " ".join((*pieces, text[place:]))


def sort_links(links: tuple[Link, ...], captions: Captions) -> Links:
    """Sort links by caption; the first of a kind is the entry's."""
    paper = code = stars = None
    citation: CitationBadge | None = None
    project: list[str] = []
    other: list[Link] = []
    for link in links:
        caption = " ".join(link.label.strip("[] ").replace("_", " ").lower().split())
        if caption in captions.citation and citation is None:
            citation = _citation(link)
        elif caption in captions.paper and paper is None:
            paper = link.url
        elif (caption in captions.code or stars_of(link.image)) and code is None:
            code, stars = link.url, stars_of(link.image)
        elif caption in captions.project:
            project.append(link.url)
        else:
            other.append(link)
    return Links(paper, code, stars, tuple(project), citation, tuple(other))


def _citation(link: Link) -> CitationBadge:
    match = _CITATION.search(link.image or "")
    if match is None:
        return CitationBadge(None, None, link.url)
    count = int(match["count"]) if match["count"].isascii() and match["count"].isdigit() else None
    return CitationBadge(count, match["paper"] or None, link.url)


def stars_of(image: str | None) -> str | None:
    """Return `owner/repository` of a badge that counts stars."""
    match = _STARS.search(image or "")
    return match["repository"] if match else None
