"""Parse the links of one entry and sort them by what they lead to.

Formats: badges `[![Caption](picture)](target)` of https://shields.io, where
`badge/citation-{count}-blue.svg?paper={hash}` and `github/stars/{owner}/{repository}` carry data;
plain links `[text](target)`.
"""

import re
from dataclasses import dataclass

from pipeline.curated.types import CitationBadge, Link, Links
from storage.arxiv_id import ArxivId, parse_arxiv_id

# A target may hold one level of parentheses and end with one too many. Repeats are possessive and
# captions bounded, because thousands of opening brackets would take minutes.
_TARGET = r"\(\s*+<?(?P<{0}>(?:[^\s()<>]|\([^\s()]*+\))*+)>?(?:\s++\"[^\"]{{0,1000}}+\")?+\s*+\)"
_LINK = re.compile(
    r"\[\s*+!\[(?P<alt>[^\]]{0,1000}+)\]"
    + _TARGET.format("image")
    + r"[\s)]*+\]"
    + _TARGET.format("badge_url")
    # The caption of a plain link may hold one level of brackets: `[[PDF]](...)`.
    + r"|(?<!!)\[(?P<text>(?:[^\[\]]|\[[^\[\]]{0,1000}+\]){0,1000}+)\]"
    + _TARGET.format("url")
)
_STARS = re.compile(
    r"img\.shields\.io/github/stars/(?P<repository>[^/?#\s]+/[^/?#\s]+?)(?:\.svg)?(?=[/?#]|$)"
)
_CITATION = re.compile(r"badge/citation-(?P<count>[^-?]*)-[^?]*(?:\?paper=(?P<paper>[^&#]*))?")
_ARXIV = re.compile(r"https?://(?:[a-z.]*\.)?arxiv\.org/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Captions:
    """Captions of each kind of link, in lower case."""

    paper: frozenset[str] = frozenset({"paper", "arxiv", "pdf", "abs", "preprint"})
    code: frozenset[str] = frozenset({"code", "github", "star", "stars", "repo", "official code"})
    project: frozenset[str] = frozenset(
        {"project page", "project", "page", "website", "homepage", "web"}
    )
    citation: frozenset[str] = frozenset({"citation", "citations"})


def read_links(text: str) -> tuple[Link, ...]:
    """Return every link and linked badge in order, except links within the page."""
    links = []
    for match in _LINK.finditer(text):
        if match["image"] is not None:
            link = Link(match["alt"].strip(), match["badge_url"], match["image"])
        else:
            link = Link(match["text"].strip(), match["url"])
        if link.url and not link.url.startswith("#"):
            links.append(link)
    return tuple(links)


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
        elif (caption in captions.code or _stars(link)) and code is None:
            code, stars = link.url, _stars(link)
        elif caption in captions.project:
            project.append(link.url)
        else:
            other.append(link)
    return Links(paper, code, stars, tuple(project), citation, tuple(other))


def find_arxiv_ids(links: tuple[Link, ...], paper: str | None) -> tuple[ArxivId, ...]:
    """Return the IDs of the paper's link and of every link to arXiv, each paper once."""
    found: dict[str, ArxivId] = {}
    for url in (paper, *(link.url for link in links)):
        if url is not None and _ARXIV.match(url) and (one := parse_arxiv_id(url)) is not None:
            found.setdefault(one.base, one)
    return tuple(found.values())


def without_links(text: str) -> tuple[str, str]:
    """Return the text before the first link, and the text with links blanked out."""
    first = _LINK.search(text)
    return text[: first.start()] if first else text, _LINK.sub(" ", text)


def _citation(link: Link) -> CitationBadge:
    match = _CITATION.search(link.image or "")
    if match is None:
        return CitationBadge(None, None, link.url)
    count = int(match["count"]) if match["count"].isascii() and match["count"].isdigit() else None
    return CitationBadge(count, match["paper"] or None, link.url)


def _stars(link: Link) -> str | None:
    match = _STARS.search(link.image or "")
    return match["repository"] if match else None
